import type { IncomingMessage } from 'node:http';

/** Whether a web page of somebody else's sent the request. Any page may send a POST to loopback; browsers then name its origin. */
export function isFromForeignPage({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  return origin !== undefined && origin !== `http://${host}`;
}
