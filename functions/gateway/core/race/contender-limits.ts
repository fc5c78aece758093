import { lateAfter } from '../attempt/attempt-lessons.ts';
import { targetOf } from '../attempt/deployment-target.ts';
import { defined } from '../model/defined.ts';
import type { Deployment, Route } from '../model/gateway-config.ts';
import type {
  CallEncoding,
  Candidate,
  Contender,
  ContenderLimits,
  Encodings,
  LazyEncoding,
} from '../routing/contender.ts';
import { ownTail } from '../routing/expected-latency.ts';

/**
 * The adaptive first-token limit: this many times the live p99, and never under the floor. The tail remembers outages for half an hour: more
 * than so many times what is expected now is not waited for either.
 */
const LIMIT_FACTOR = 1.5;
const LIMIT_FLOOR_MS = 1000;
const LIMIT_EXPECTED_FACTOR = 5;
/** A hedge does not wait for more than so many times what is expected, for the same reason, but for so many milliseconds in any case. */
const HEDGE_EXPECTED_FACTOR = 2.5;
const HEDGE_EXPECTED_FLOOR_MS = 250;
/** The same for an answer that comes in one piece: these many times the live p99, for its length may be anything. */
const WHOLE_FACTOR = 3;
/** Such an answer is waited for this share of the time left at most, so that another deployment has the rest. */
const WHOLE_SHARE = 0.5;
/** A deployment that is tried after a cooldown gets a hedge after this many times its live median. */
const PROBE_FACTOR = 4;
const FAILING_RATE = 0.5;
/** A hedge's target may be expected to take this many times as long as the best. */
const SLOW_TARGET = 4;

/**
 * A hedge keeps every call from reaching its limit for the first token: a silent deployment would never be found out, and every caller would
 * pay the wait for the hedge. So a wait that is long for the deployment counts as the share of the limit that it lasted, and the shares of
 * calls in a row add up as long as none of them has shown a token. To notice costs all callers together as much waiting as without
 * hedges. One that is slow now and then shows tokens in between, and one that is slower than the hedge is stopped before its wait is long
 * for itself: neither is blamed. A wait is long after this many times the live median, which the waits in vain of an outage do not move
 * for a while, unlike a tail.
 */
const LONG_FACTOR = 2;

/**
 * How long a silence is as bad as a failure: as long as a first token is waited for. Where no answer was ever seen, the caller's patience is
 * all there is to measure by: a deployment that is silent from the start would else never be found out by callers who cannot wait for the
 * configured limit. The share is a race's own of the time that is left while another deployment remains.
 */
const PATIENCE_SHARE = 0.5;

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
  return candidates.map((candidate) => {
    const { route, leftMs } = setting;
    const firstTokenMs = firstTokenLimit(candidate, setting);
    const { evidence, usual } = candidate.standing.estimate;
    const isUnseen = evidence === 0 && usual.evidence === 0;
    const patienceMs = Math.max(LIMIT_FLOOR_MS, leftMs * PATIENCE_SHARE);
    const limits = {
      firstTokenMs,
      silenceLimitMs: isUnseen ? Math.min(firstTokenMs, patienceMs) : firstTokenMs,
      lateAfterMs: lateAfter(candidate.expectedTtftMs),
      silenceAfterMs: (ownTail(candidate, 50) ?? 0) * LONG_FACTOR,
      ...(route.hedge === undefined ? { isHedgeTarget: false } : hedgeLimits(candidate, candidates, route.hedge)),
    };
    return { ...candidate, ...encodings(candidate.deployment), limits };
  });
}

/** Where the route hedges: after how long it gets a hedge, and whether it may be one. */
function hedgeLimits(
  candidate: Candidate,
  all: readonly Candidate[],
  hedge: NonNullable<Route['hedge']>,
): Pick<ContenderLimits, 'hedgeAfterMs' | 'isHedgeTarget'> {
  const hedgeAfterMs = hedgeAfter(candidate, all, hedge.percentile);
  return { isHedgeTarget: isHedgeTarget(candidate, all), ...defined({ hedgeAfterMs }) };
}

/**
 * How long a first token is waited for. Where the first token comes with the last, the limit is the whole answer's: the time to the first
 * token of any other would cut off every long answer.
 */
function firstTokenLimit(candidate: Candidate, { route: { timeouts }, leftMs }: LimitSetting): number {
  const p99 = ownTail(candidate, 99);
  if (!targetOf(candidate.deployment).streaming) {
    const limitMs = p99 === undefined ? Infinity : Math.max(timeouts.stallMs, p99 * WHOLE_FACTOR);
    return Math.min(leftMs * WHOLE_SHARE, limitMs);
  }
  const limitMs =
    p99 === undefined
      ? Infinity
      : Math.max(LIMIT_FLOOR_MS, Math.min(p99 * LIMIT_FACTOR, candidate.expectedTtftMs * LIMIT_EXPECTED_FACTOR));
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
  const longMs = Math.max(HEDGE_EXPECTED_FLOOR_MS, candidate.expectedTtftMs * HEDGE_EXPECTED_FACTOR);
  return waits.length === 0 ? undefined : Math.min(longMs, ...waits);
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

/** Encodings by `encode`, each made once and not before it is asked for. */
export function encodingsOnce<Piece>(encode: (deployment: Deployment) => CallEncoding<Piece>): Encodings<Piece> {
  const lazy = new Map<string, LazyEncoding<Piece>>();
  return (deployment) => {
    const known = lazy.get(deployment.id);
    if (known !== undefined) {
      return known;
    }
    let made: CallEncoding<Piece> | undefined;
    const encoding: LazyEncoding<Piece> = {
      encode: () => {
        made ??= encode(deployment);
        return made;
      },
      isUnfit: () => made?.kind === 'unsupported',
    };
    lazy.set(deployment.id, encoding);
    return encoding;
  };
}
