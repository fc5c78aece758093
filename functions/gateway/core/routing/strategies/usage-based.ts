import type { Strategy } from '../strategy.ts';

/** The most room below its limits: the larger used share (0 to 1 and beyond) of requests and tokens a minute. Without limits: 0. */
export const usageBased: Strategy = {
  score: ({ deployment, estimate }) => {
    const requests = (estimate.requestsPerSecond * 60) / (deployment.requestsPerMinute ?? Infinity);
    const tokens = (estimate.tokensPerSecond * 60) / (deployment.tokensPerMinute ?? Infinity);
    return Math.max(requests, tokens);
  },
  ties: 'band',
  adapts: false,
  failingLast: true,
};
