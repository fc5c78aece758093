import type { Dispatcher, Pool } from 'undici';
import UndiciPool from 'undici/lib/dispatcher/pool.js';
import { type HttpAnswer, HttpExchange } from './http-exchange.ts';

/** A pool of HTTP connections to one origin. */
export type HttpPool = Pool;

/** As long as providers keep idle connections open, and Lambda's freezing makes longer ones useless. */
const KEEP_ALIVE_MS = 60_000;

/** Kept-alive HTTP/1.1 connections to one origin. Whoever calls times the answer, so undici's own limits on headers and body are off. */
export function httpPool(origin: string, connectMs: number): HttpPool {
  return new UndiciPool(origin, {
    connect: { timeout: connectMs },
    connections: null,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    allowH2: false,
  });
}

/** A request to be sent over a pool. */
export interface PoolRequest extends Pick<Dispatcher.DispatchOptions, 'method' | 'path' | 'headers' | 'body'> {
  /** Ends the exchange, for its reason, until the answer's body has ended. */
  readonly signal?: AbortSignal;
}

/** Sends a request over the pool. Resolves with the answer's head and its body, whatever its status. */
export function poolRequest(pool: HttpPool, { signal, ...request }: PoolRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    pool.dispatch(request, new HttpExchange({ resolve, reject }, signal));
  });
}

/** A whole body as text. Rejects where it breaks off. */
export async function bodyText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) {
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
