import type { FunctionInstance } from './function-instance.ts';
import { splitPrelude } from './stream-prelude.ts';

/** How long one call of an instance took, as Lambda sees it. */
export interface InvokeTiming {
  readonly status: number;
  /** Until the first byte of the body. */
  readonly firstByteMs: number;
  readonly totalMs: number;
}

/** Gives an idle instance a chat completion to serve, past any URL. */
export function invokeChat(instance: FunctionInstance, key: string, body: object): Promise<InvokeTiming> {
  const sinceMs = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<InvokeTiming>();
  instance.invoke({
    event: eventOf(key, body),
    deadlineMs: Date.now() + 60_000,
    onResponse: (response) => {
      let bytes: Buffer = Buffer.alloc(0);
      let firstByteMs: number | undefined;
      response.on('data', (piece: Buffer) => {
        bytes = firstByteMs === undefined ? Buffer.concat([bytes, piece]) : bytes;
        firstByteMs ??= hasBody(bytes) ? performance.now() - sinceMs : undefined;
      });
      response.on('end', () => {
        const totalMs = performance.now() - sinceMs;
        const status = splitPrelude(bytes)?.prelude.statusCode ?? 0;
        resolve({ status, firstByteMs: firstByteMs ?? totalMs, totalMs });
      });
    },
    onError: (error) => reject(new Error(error)),
  });
  return promise;
}

function hasBody(bytes: Buffer): boolean {
  return (splitPrelude(bytes)?.rest.byteLength ?? 0) > 0;
}

function eventOf(key: string, body: object): string {
  const path = '/v1/chat/completions';
  return JSON.stringify({
    rawPath: path,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    requestContext: { http: { method: 'POST', path } },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  });
}
