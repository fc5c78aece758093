import type { Candidate } from '../routing/contender.ts';
import { ownTail } from '../routing/own-tail.ts';

/**
 * What it says of a deployment that a call to it was stopped for a faster one's sake before its first token: nothing before `afterMs`, as
 * much as a failure at `limitMs`, in between a share of one. Milliseconds from the dial.
 */
export interface SilenceRule {
  readonly afterMs: number;
  readonly limitMs: number;
}

/** A wait is long after this many times the live median, which the waits in vain of an outage do not move for a while, unlike a tail. */
const LONG_FACTOR = 2;

/**
 * A hedge keeps every call from reaching its limit for the first token: a silent deployment would never be found out, and every caller would
 * pay the wait for the hedge. So a wait that is long for the deployment counts as the share of the limit that it lasted, and the shares of
 * calls in a row add up as long as none of them has shown a token. To notice costs all callers together as much waiting as without
 * hedges. One that is slow now and then shows tokens in between, and one that is slower than the hedge is stopped before its wait is long
 * for itself: neither is blamed. `limitMs`: how long its first token would have been waited for.
 */
export function silenceRule(candidate: Candidate, limitMs: number): SilenceRule {
  return { afterMs: (ownTail(candidate, 50) ?? 0) * LONG_FACTOR, limitMs };
}
