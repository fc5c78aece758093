import type { Strategy } from '../strategy.ts';

/**
 * The fewest calls in flight over the fleet. Nobody counts them: by Little's law they are arrival rate times mean latency, and both are
 * in the decayed sums. Source: Little, "A Proof for the Queuing Formula: L = lambda W", Operations Research 1961.
 */
export const leastBusy: Strategy = {
  score: ({ estimate, latencyMs }) => (estimate.requestsPerSecond * latencyMs) / 1000,
  ties: 'band',
  adapts: true,
  failingLast: true,
};
