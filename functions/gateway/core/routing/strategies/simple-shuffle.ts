import type { Strategy } from '../strategy.ts';

/** Any, with equal chance. */
export const simpleShuffle: Strategy = {
  score: ({ random }) => random(),
  ties: 'exact',
  adapts: false,
  failingLast: true,
};
