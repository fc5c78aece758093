import type { IncomingMessage } from 'node:http';

/** Content types whose bodies a Function URL hands over as text; every other body comes in base64. */
const TEXT = /^(text\/|application\/(json|javascript|xml)\b|application\/[a-z.+-]+\+(json|xml)\b)/i;

/** An HTTP request as the event of a Function URL, in JSON. Source: AWS, "Invoking Lambda function URLs", request payload format 2.0. */
export function payloadOf(request: IncomingMessage, body: Buffer): string {
  const { pathname, search } = split(request.url ?? '/');
  const headers = headersOf(request);
  const isText = TEXT.test(headers['content-type'] ?? '');
  return JSON.stringify({
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search,
    headers,
    ...(search === '' ? {} : { queryStringParameters: Object.fromEntries(new URLSearchParams(search)) }),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'local',
      domainName: 'local.lambda-url.us-east-1.on.aws',
      domainPrefix: 'local',
      http: {
        method: request.method ?? 'GET',
        path: pathname,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: 'local',
      routeKey: '$default',
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 1_767_225_600_000,
    },
    ...(body.byteLength === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.byteLength > 0 && !isText,
  });
}

function split(url: string): { pathname: string; search: string } {
  const [pathname = '/', ...rest] = url.split('?');
  return { pathname, search: rest.join('?') };
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(',') : (value ?? ''),
  ]);
  return Object.fromEntries([...entries, ['x-forwarded-proto', 'https'], ['x-forwarded-for', '127.0.0.1']]);
}
