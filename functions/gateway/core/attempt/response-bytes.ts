import type { AttemptFailure } from '../model/attempt-failure.ts';
import { connectionFailure } from './connection-failure.ts';

/** One step of a response's body. A break is a value. */
export type BytesStep =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'ended' }
  | { readonly kind: 'broke'; readonly failure: AttemptFailure };

/** The body of a response, read step by step. */
export interface ResponseBytes {
  readonly next: () => Promise<BytesStep>;
  /** Reads on to the end without keeping anything, so that the connection can be used again. Never rejects. */
  readonly drain: () => Promise<void>;
}

/** Reads a response's body step by step. */
export function responseBytes(body: AsyncIterable<Uint8Array>, signal: AbortSignal): ResponseBytes {
  const iterator = body[Symbol.asyncIterator]();
  const next = async (): Promise<BytesStep> => {
    try {
      const step = await iterator.next();
      return step.done === true ? { kind: 'ended' } : { kind: 'bytes', bytes: step.value };
    } catch (error) {
      return { kind: 'broke', failure: connectionFailure(error, signal) };
    }
  };
  const drain = async (): Promise<void> => {
    for (let step = await next(); step.kind === 'bytes'; step = await next()) {}
  };
  return { next, drain };
}
