import type { Encoding } from '../protocol.ts';

/** What a translation could not carry over, gathered on the way so that each function returns only what it made. */
export interface EncodingLosses {
  /** Fields left out that change quality only, in the order they were met. */
  readonly dropped: string[];
  /** Fields that change the answer's shape. One is enough to give the request up. */
  readonly refusals: Refusal[];
}

type Refusal = Extract<Encoding, { kind: 'unsupported' }>;

export function noLosses(): EncodingLosses {
  return { dropped: [], refusals: [] };
}

/** Notes that the field at `param` cannot be honoured. `message` says what to change. */
export function refuse(losses: EncodingLosses, param: string, message: string): void {
  losses.refusals.push({ kind: 'unsupported', param, message });
}
