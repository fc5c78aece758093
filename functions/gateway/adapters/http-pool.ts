import type { Dispatcher, Pool } from 'undici';
import apiRequest from 'undici/lib/api/api-request.js';
import UndiciPool from 'undici/lib/dispatcher/pool.js';

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

/** Sends a request over the pool. Resolves with the answer's head and its body as a stream. */
export function poolRequest(pool: HttpPool, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
  return apiRequest.call(pool, options);
}
