import type { Context, LambdaFunctionURLEvent } from 'aws-lambda';
import type { GatewayRequest } from '../core/serve/ports.ts';

/** A Function URL's event (payload format 2.0) as the gateway's request. A caller who hangs up is invisible to Lambda: the signal never fires. */
export function lambdaRequest(
  event: LambdaFunctionURLEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): GatewayRequest {
  return {
    method: event.requestContext.http.method,
    path: event.rawPath,
    query: event.rawQueryString,
    headers: lowerCased(event.headers),
    readBody: async (maxBytes) => {
      const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
      return body.byteLength > maxBytes ? 'too-large' : body;
    },
    signal: new AbortController().signal,
    remainingMs: context.getRemainingTimeInMillis(),
  };
}

function lowerCased(headers: LambdaFunctionURLEvent['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value ?? '']));
}
