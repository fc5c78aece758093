import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { CaseRequest } from './security-cases.ts';

/** An answer as it came. */
export interface CaseAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Sends a case's request as it is written: no client normalises its path, adds a header or follows a redirect. */
export async function sendCase(origin: string, { method, path, headers, body }: CaseRequest): Promise<CaseAnswer> {
  const { hostname, port } = new URL(origin);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const request = httpRequest({ hostname, port, method, path, headers: { ...length, ...headers }, agent: false });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of response) {
    parts.push(part);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString() };
}
