import type { Route } from '../model/gateway-config.ts';
import type { Candidate, Contender, ContenderLimits, Encodings } from '../routing/contender.ts';
import { ownTail } from '../routing/own-tail.ts';

/** The adaptive first-token limit: this many times the live p99, and never under the floor. */
const LIMIT_FACTOR = 1.5;
const LIMIT_FLOOR_MS = 2000;
/** The same for an answer that comes in one piece: these many times the live p99, for its length may be anything. */
const WHOLE_FACTOR = 3;
/** Such an answer is waited for this share of the time left at most, so that another deployment has the rest. */
const WHOLE_SHARE = 0.5;
/** A deployment that is tried after a cooldown gets a hedge after this many times its live median. */
const PROBE_FACTOR = 4;
const FAILING_RATE = 0.5;
/** A hedge's target may be expected to take this many times as long as the best. */
const SLOW_TARGET = 4;

/** What one request's limits depend on beside its candidates. */
export interface LimitSetting {
  readonly route: Route;
  /** The time to the deadline, milliseconds. */
  readonly leftMs: number;
}

/** The candidates as one race asks them: each with its limits, and with its encoding once it is asked for. */
export function contendersOf<Piece>(
  candidates: readonly Candidate[],
  encodings: Encodings<Piece>,
  setting: LimitSetting,
): readonly Contender<Piece>[] {
  return candidates.map((candidate) => ({
    ...candidate,
    limits: limitsOf(candidate, candidates, setting),
    encode: () => encodings.of(candidate.deployment),
    isUnfit: () => encodings.isUnfit(candidate.deployment),
  }));
}

function limitsOf(candidate: Candidate, all: readonly Candidate[], setting: LimitSetting): ContenderLimits {
  const { hedge } = setting.route;
  const hedgeAfterMs = hedge === undefined ? undefined : hedgeAfter(candidate, all, hedge.percentile);
  return {
    firstTokenMs: firstTokenLimit(candidate, setting),
    isHedgeTarget: isHedgeTarget(candidate, all),
    ...(hedgeAfterMs === undefined ? {} : { hedgeAfterMs }),
  };
}

/**
 * How long a first token is waited for. Where the first token comes with the last, the limit is the whole answer's: the time to the first
 * token of any other would cut off every long answer.
 */
function firstTokenLimit(candidate: Candidate, { route: { timeouts }, leftMs }: LimitSetting): number {
  const p99 = ownTail(candidate, 99);
  if (!candidate.deployment.streaming) {
    const limitMs = p99 === undefined ? Infinity : Math.max(timeouts.stallMs, p99 * WHOLE_FACTOR);
    return Math.min(leftMs * WHOLE_SHARE, limitMs);
  }
  const limitMs = p99 === undefined ? Infinity : Math.max(LIMIT_FLOOR_MS, p99 * LIMIT_FACTOR);
  return Math.min(timeouts.firstTokenMs, limitMs);
}

/**
 * The percentile of this deployment's own TTFT, or of a faster healthy one, whichever is less. Unknown or explored deployments have no
 * percentile of their own. A deployment that is tried after a cooldown gets more time: only its token shows that it is back, and it may be
 * back slower than it was, or than another is.
 */
function hedgeAfter(candidate: Candidate, all: readonly Candidate[], percentile: number): number | undefined {
  if (candidate.state !== 'healthy') {
    // The median: the outage's waits in vain move a tail within minutes.
    const median = ownTail(candidate, 50);
    return median === undefined ? undefined : median * PROBE_FACTOR;
  }
  const faster = all.filter(
    (other) => other.state === 'healthy' && other.expectedTtftMs < candidate.expectedTtftMs && other !== candidate,
  );
  const waits = [candidate, ...faster].flatMap((one) => ownTail(one, percentile) ?? []);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

/** Neither ejected, nor slow, nor at a provider that is failing. */
function isHedgeTarget(candidate: Candidate, all: readonly Candidate[]): boolean {
  const best = Math.min(...all.map((other) => other.expectedTtftMs));
  const sameProvider = all.filter((other) => other.deployment.provider === candidate.deployment.provider);
  const isProviderFailing = sameProvider.some(
    (other) => other.state !== 'healthy' || other.standing.estimate.failureRate > FAILING_RATE,
  );
  return !isProviderFailing && candidate.expectedTtftMs <= best * SLOW_TARGET;
}
