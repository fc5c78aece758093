import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { isLoopbackHost } from './foreign-page.ts';

/** As much as dynalite takes. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * Stands before dynalite, which answers pages of any origin, checks no credential, and ends the process when a request breaks off. Only
 * whole requests of programs that know `accessKeyId` reach it: neither a web page nor a name pointed at this machine.
 */
export function guardedDynalite(dynalite: RequestListener, accessKeyId: string): RequestListener {
  return (request, response) => {
    response.on('error', () => undefined);
    const status = refusal(request, accessKeyId);
    if (status !== undefined) {
      refuse(response, status);
      return;
    }
    wholeBody(request).then(
      (body) => (body === undefined ? refuse(response, 413) : dynalite(inMemory(request, body), response)),
      // The caller is gone.
      () => response.destroy(),
    );
  };
}

function refusal({ headers }: IncomingMessage, accessKeyId: string): number | undefined {
  if (headers.origin !== undefined || !isLoopbackHost(headers.host)) {
    return 403;
  }
  const [, shown] = /Credential=([^/\s,]+)\//.exec(headers.authorization ?? '') ?? [];
  return shown === accessKeyId ? undefined : 401;
}

function refuse(response: ServerResponse, status: number): void {
  const message = "This database is for the local system and the operator's commands alone.";
  const body = JSON.stringify({ __type: 'com.amazon.coral.service#UnrecognizedClientException', message });
  const headers = { 'content-type': 'application/x-amz-json-1.0', connection: 'close' };
  response.writeHead(status, headers).end(body);
}

/** `undefined`: too large. Rejects where the request breaks off. */
async function wholeBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MAX_BODY_BYTES) {
      return undefined;
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The request again, with all of its body there: what reads it meets no end before its time. */
function inMemory({ headers, method, url }: IncomingMessage, body: Buffer): IncomingMessage {
  // dynalite looks at nothing else of a request.
  return Object.assign(Readable.from(body.length === 0 ? [] : [body]), {
    headers,
    method,
    url,
  }) as unknown as IncomingMessage;
}
