import type { IncomingMessage } from 'node:http';

/**
 * Whether a web page of somebody else's sent the request. Any page may send a POST to loopback; browsers then name its origin, and newer
 * ones how near it is. A page may also point a name of its own at this machine, and is then of the same origin; but its browser still
 * sends that name as `Host` (DNS rebinding).
 */
export function isFromForeignPage({ headers }: IncomingMessage): boolean {
  const { origin, host = '' } = headers;
  const site = headers['sec-fetch-site'] ?? 'none';
  const isOwn = (origin === undefined || origin === `http://${host}`) && (site === 'none' || site === 'same-origin');
  return !isOwn || !isLoopbackHost(host);
}

/** Whether a `Host` header names this machine as such. */
export function isLoopbackHost(host = ''): boolean {
  return LOOPBACK.test(host);
}

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;
