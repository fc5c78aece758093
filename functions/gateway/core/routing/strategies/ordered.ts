import type { Strategy } from '../strategy.ts';

/** The first of the route's list that is healthy. */
export const ordered: Strategy = {
  score: 'place',
  ties: 'exact',
  adapts: false,
  failingLast: false,
};
