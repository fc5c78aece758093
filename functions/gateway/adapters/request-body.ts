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
      // Nothing tells of it any more.
      if (request.destroyed) {
        return 'hung-up';
      }
      if (request.complete) {
        return arrived(request, maxBytes);
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

/** Of a request that has come whole in the turn: nobody has to listen for its parts. */
function arrived(request: IncomingMessage, maxBytes: number): Uint8Array | 'too-large' {
  // Its caller may hang up before the answer: an error that nobody listens for would take the process down.
  request.on('error', () => undefined);
  const whole: Buffer | null = request.read();
  if (whole === null) {
    return NO_BYTES;
  }
  return whole.length > maxBytes ? 'too-large' : whole;
}

const NO_BYTES = new Uint8Array();

/** By events: an iterator over the stream takes several times as long. Rejects where the caller hangs up. */
function readWhole(
  request: IncomingMessage,
  maxBytes: number,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array | 'too-large'> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const onData = (part: Buffer): void => {
      size += part.length;
      if (size > maxBytes) {
        // Not destroyed: its connection carries the answer.
        settle(() => resolve('too-large'));
        request.pause();
        return;
      }
      parts.push(part);
      onBytes(part.length);
    };
    const onEnd = (): void =>
      settle(() => resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)));
    const onBreak = (error?: Error): void => settle(() => reject(error ?? new Error('The caller has hung up.')));
    const settle = (then: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('close', onBreak);
      then();
    };
    request.on('data', onData).once('end', onEnd).once('close', onBreak);
    // Until the end of time: one that nobody listens for would take the process down.
    request.on('error', onBreak);
  });
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
