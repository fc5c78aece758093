import type { Encoding } from '../protocol.ts';

type Unsupported = Extract<Encoding, { kind: 'unsupported' }>;

/** What an encoder could not carry over, gathered while it goes on, so that the pieces of an encoder return values and not verdicts. */
export interface EncodingNotes {
  /** Notes a field of the caller's that is left out, once. */
  readonly drop: (field: string) => void;
  /** Notes what makes the request impossible here. The first one stands. */
  readonly refuse: (param: string, message: string) => void;
  readonly dropped: () => readonly string[];
  readonly refusal: () => Unsupported | undefined;
}

/** Notes for one request. */
export function encodingNotes(): EncodingNotes {
  const dropped = new Set<string>();
  let refusal: Unsupported | undefined;
  return {
    drop: (field) => {
      dropped.add(field);
    },
    refuse: (param, message) => {
      refusal ??= { kind: 'unsupported', param, message };
    },
    dropped: () => [...dropped],
    refusal: () => refusal,
  };
}
