import type { Random } from '../model/clock.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { Estimate } from '../statistics/estimate.ts';

/** How a route ranks the deployments that can serve a request. A new one is a file that exports this and one line in `strategies.ts`. */
export interface Strategy {
  /** Lower is better. The unit is the strategy's own; all candidates of one request share it. `place`: the place in the route's list, from 0. */
  readonly score: ((context: ScoreContext) => number) | 'place';
  /**
   * `band`: scores within the route's tolerance of the best are equals, spread by conversation. `exact`: only the same score is, and the
   * expected latency decides among those.
   */
  readonly ties: 'band' | 'exact';
  /** Whether latency and recent failures are in the score, and a share of calls explores. */
  readonly adapts: boolean;
  /** Whether deployments that have failed often of late come last, whatever their score: for scores that know nothing of failures. */
  readonly failingLast: boolean;
}

/** All that a score may depend on. Every candidate is scored from the same snapshot. */
export interface ScoreContext {
  readonly deployment: Deployment;
  readonly estimate: Estimate;
  readonly facts: RequestFacts;
  /** Tokens of the prompt that its vendor is expected to have in its cache. */
  readonly cachedTokens: number;
  /** Mean time to first token with the failures' price, shrunk towards the prior where evidence is thin. */
  readonly ttftMs: number;
  /** The same for the whole call: equal to `ttftMs` for streams. */
  readonly latencyMs: number;
  /** Tokens the answer is expected to have. */
  readonly outputTokens: number;
  readonly random: Random;
}
