import type { IncomingMessage } from 'node:http';

/**
 * Reads what the gateway has not read of a request's body, and throws it away, up to `maxBytes`. A proxy that forwards the whole body
 * before it reads the answer would else wait for us while we wait for it: a Web Function's does, with bodies above a megabyte.
 * Never rejects. Resolves with whether the body is at its end, so that the connection can be used again.
 */
export async function drainBody(request: IncomingMessage, maxBytes: number): Promise<boolean> {
  if (request.readableEnded) {
    return request.complete;
  }
  let left = maxBytes;
  try {
    // The connection stays open: the answer goes over it.
    for await (const part of request.iterator({ destroyOnReturn: false })) {
      left -= part.length;
      if (left < 0) {
        break;
      }
    }
  } catch {
    // Broken off by the caller: there is nobody to answer.
  }
  return request.complete;
}
