import type { IncomingMessage } from 'node:http';

/** Reads the bodies of one server's requests. */
export interface BodyReader {
  readonly read: (request: IncomingMessage, maxBytes: number) => Promise<Uint8Array | 'too-large' | 'hung-up'>;
}

/**
 * Reads bodies into memory, of `maxHeldBytes` at once. Beyond that the upload that has been silent for longest is broken off: who sends on
 * is served, and nobody can fill the memory with bodies that never end.
 */
export function bodyReader(maxHeldBytes: number): BodyReader {
  const arriving = new Map<IncomingMessage, number>();
  let heldBytes = 0;
  const release = (request: IncomingMessage): void => {
    heldBytes -= arriving.get(request) ?? 0;
    arriving.delete(request);
  };
  const hold = (request: IncomingMessage, bytes: number): void => {
    const before = arriving.get(request) ?? 0;
    // At the end of the map: its order is that of the last bytes.
    arriving.delete(request);
    arriving.set(request, before + bytes);
    heldBytes += bytes;
    for (const [other] of arriving) {
      if (heldBytes <= maxHeldBytes) {
        return;
      }
      release(other);
      other.destroy();
    }
  };
  return {
    read: async (request, maxBytes) => {
      if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
        return 'too-large';
      }
      try {
        return await readWhole(request, maxBytes, (bytes) => hold(request, bytes));
      } catch {
        return 'hung-up';
      } finally {
        release(request);
      }
    },
  };
}

async function readWhole(
  request: IncomingMessage,
  maxBytes: number,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array | 'too-large'> {
  const parts: Buffer[] = [];
  let size = 0;
  // Not destroyed where it is too large: its connection carries the answer.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    size += part.length;
    if (size > maxBytes) {
      return 'too-large';
    }
    parts.push(part);
    onBytes(part.length);
  }
  return Buffer.concat(parts);
}

/** As much of a refused body as is taken, so that its sender comes to read the answer. */
const MAX_DISCARDED_BYTES = 32 * 1024 * 1024;
const DISCARD_MS = 5_000;

/** Takes and forgets what a caller still sends. Most clients read an answer only when they have sent all; a closed connection fails them. */
export async function discardBody(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) {
    return;
  }
  await new Promise<void>((resolve) => {
    let bytes = 0;
    const timer = setTimeout(resolve, DISCARD_MS);
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > MAX_DISCARDED_BYTES) {
        resolve();
      }
    });
    for (const event of ['end', 'close', 'error']) {
      request.once(event, () => {
        clearTimeout(timer);
        resolve();
      });
    }
    request.resume();
  });
}
