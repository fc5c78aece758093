import type { FinishReason } from '../model/answer-event.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';

/** What a vendor's word for the ending stands for. */
export type Finish =
  | { readonly kind: 'finished'; readonly reason: FinishReason }
  /** Not an ending but a breakdown, as the vendor itself says. */
  | { readonly kind: 'failed'; readonly failure: AttemptFailure };

/** An ending. */
export function finished(reason: FinishReason): Finish {
  return { kind: 'finished', reason };
}

/** The vendor broke off. */
export const OVERLOADED: Finish = { kind: 'failed', failure: { kind: 'overloaded', status: 502 } };

/** The model wrote a call that nobody can read. */
export const MALFORMED: Finish = { kind: 'failed', failure: { kind: 'malformed', reason: 'malformed tool call' } };

/** What a word that no vendor is known by most likely says, by what stands in it. The first one that fits. */
const LIKELY: readonly (readonly [RegExp, Finish])[] = [
  [/malformed|invalid|pars(?:e|ing)/, MALFORMED],
  [/filter|safety|sensitiv|moderat|policy|prohibit|recitation|blocklist|toxic|guardrail|refus/, finished('filtered')],
  [/error|fail|abort|cancel|time_?out|interrupt|overload|unavailable|disconnect/, OVERLOADED],
  [/tool|function/, finished('tool-calls')],
];

/**
 * What a word for the ending stands for that a vendor's table does not know. It is never a clean ending: the answer is there, but may be
 * cut off, as at its limit. The word is passed on beside it.
 */
export function unknownEnding(word: string): Finish {
  const lower = word.toLowerCase();
  return LIKELY.find(([pattern]) => pattern.test(lower))?.[1] ?? finished('length');
}

/**
 * The ending of an answer whose server says none, though it says that nothing follows. Calls that are whole are an ending; words may be cut
 * off, and are never told as whole.
 */
export function unsaidEnding(endsWithCalls: boolean): Finish {
  return finished(endsWithCalls ? 'tool-calls' : 'length');
}
