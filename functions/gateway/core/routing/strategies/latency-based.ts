import type { Strategy } from '../strategy.ts';

/** The fastest now: streams by time to first token, plain calls by the time of the whole answer. Milliseconds. */
export const latencyBased: Strategy = {
  score: (context) => context.latencyMs,
  ties: 'band',
  adapts: true,
  failingLast: false,
};
