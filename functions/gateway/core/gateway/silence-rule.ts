import type { Route } from '../config/gateway-config.ts';
import type { Candidate } from '../routing/plan.ts';
import { ownTail } from './own-tail.ts';

/**
 * What it says of a deployment that a call to it was stopped for a faster one's sake before its first token: nothing before `afterMs`, as
 * much as a failure at `limitMs`, in between a share of one. Milliseconds from the dial.
 */
export interface SilenceRule {
  readonly afterMs: number;
  readonly limitMs: number;
}

const USUAL_PERCENTILE = 95;

/**
 * A hedge keeps every call from reaching its limit for the first token: a silent deployment would never be found out, and every caller would
 * pay the wait for the hedge. So a wait that few of its first tokens take counts as the share of the limit that it lasted, and the shares of
 * calls in a row add up as long as none of them has shown a token. To notice costs all callers together as much waiting as without
 * hedges. One that is slow now and then shows tokens in between, and one that is always slower than the hedge is stopped before its wait
 * is long for itself: neither is blamed. `limitMs`: how long its first token would have been waited for.
 */
export function silenceRule(candidate: Candidate, { hedge }: Route, limitMs: number): SilenceRule {
  return { afterMs: ownTail(candidate, hedge?.percentile ?? USUAL_PERCENTILE) ?? 0, limitMs };
}
