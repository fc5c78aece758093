import type { Route } from '../model/gateway-config.ts';
import type { RaceCandidate, RaceRules } from '../race/race-state.ts';
import { ownTail } from '../routing/own-tail.ts';
import type { Candidate } from '../routing/plan.ts';
import type { Estimate } from '../statistics/estimate.ts';
import type { GatewayState } from './gateway-state.ts';

/** The adaptive first-token limit: this many times the live p99, and never under the floor. */
const LIMIT_FACTOR = 1.5;
const LIMIT_FLOOR_MS = 2000;
/** The same for an answer that comes in one piece: these many times the live p99, for its length may be anything. */
const WHOLE_FACTOR = 3;
/** Such an answer is waited for this share of the time left at most, so that another deployment has the rest. */
const WHOLE_SHARE = 0.5;
/** A deployment that is tried after a cooldown gets a hedge after this many times its live median. */
const PROBE_FACTOR = 4;
/** Retries towards a failing deployment: this share of its traffic, and a few in any case. */
const RETRY_SHARE = 0.2;
const RETRY_FLOOR = 10;
const FAILING_RATE = 0.5;
/** What is merely slower than most gets this share of the hedge budget: an outage must find the rest unspent. */
const DUE_SHARE = 0.5;
/** Below so many requests of the last minutes the hedge budget is that of the last half hour. */
const FEW_REQUESTS = 60;
/** From so many times the planned time to first token on a deployment has become slow. */
const SLOWING = 1.25;
/** A hedge's target may be expected to take this many times as long as the best. */
const SLOW_TARGET = 4;
/** A first token is late, and said to be, after this many times what was expected, and never before the floor. */
const LATE_FACTOR = 2;
const LATE_FLOOR_MS = 500;

/** What the rules of a race depend on beside its candidates. */
export interface RaceSetting {
  readonly route: Route;
  readonly mode: 'stream' | 'plain';
  readonly deadlineMs: number;
}

/** The rules of one request's race, from its plan and its route. */
export function raceRules(candidates: readonly Candidate[], setting: RaceSetting, state: GatewayState): RaceRules {
  const { route, mode, deadlineMs } = setting;
  const leftMs = deadlineMs - state.ports.clock.nowMs();
  const racing = candidates.map((candidate) => racingCandidate(candidate, candidates, { route, leftMs }));
  const rules = {
    candidates: racing,
    mode,
    maxAttempts: route.maxAttempts,
    sameTargetRetries: route.sameTargetRetries,
    deadlineMs,
    mayRetry: (index: number) => candidates[index] === undefined || isWithinRetryBudget(candidates[index]),
    random: state.ports.random,
  };
  const { hedge } = route;
  return hedge === undefined
    ? rules
    : {
        ...rules,
        mayHedge: (asked) => {
          const isOutage = asked === 'when late' || isSlowing(candidates[0], state);
          return takesHedge(candidates, hedge.budget * (isOutage ? 1 : DUE_SHARE), state);
        },
      };
}

/** `leftMs`: the time to the deadline. */
interface RaceLimits {
  readonly route: Route;
  readonly leftMs: number;
}

function racingCandidate(candidate: Candidate, all: readonly Candidate[], limits: RaceLimits): RaceCandidate {
  const { route } = limits;
  const hedgeAfterMs = route.hedge === undefined ? undefined : hedgeAfter(candidate, all, route.hedge.percentile);
  const { contextWindow } = candidate.target;
  return {
    firstTokenMs: firstTokenLimit(candidate, limits),
    expectedTtftMs: candidate.expectedTtftMs,
    hedgeTarget: isHedgeTarget(candidate, all),
    lastResort: candidate.state !== 'healthy',
    ...(hedgeAfterMs === undefined ? {} : { hedgeAfterMs }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
  };
}

/**
 * How long a first token is waited for. Where the first token comes with the last, the limit is the whole answer's: the time to the first
 * token of any other would cut off every long answer.
 */
function firstTokenLimit(candidate: Candidate, { route: { timeouts }, leftMs }: RaceLimits): number {
  const p99 = ownTail(candidate, 99);
  if (!candidate.target.streaming) {
    const limitMs = p99 === undefined ? Infinity : Math.max(timeouts.stallMs, p99 * WHOLE_FACTOR);
    return Math.min(leftMs * WHOLE_SHARE, limitMs);
  }
  const limitMs = p99 === undefined ? Infinity : Math.max(LIMIT_FLOOR_MS, p99 * LIMIT_FACTOR);
  return Math.min(timeouts.firstTokenMs, limitMs);
}

/** When a missing first token is told to the fleet. */
export function lateAfter({ expectedTtftMs }: Candidate): number {
  return Math.max(LATE_FLOOR_MS, expectedTtftMs * LATE_FACTOR);
}

/**
 * As long as few of its own first tokens take, and no longer than few of another's that is expected to be faster: the candidate may be
 * there to be explored, or not be known. One that is tried after a cooldown gets more time: only its token shows that it is back, and it
 * may be back slower than it was, or than another is.
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
  const sameProvider = all.filter((other) => other.target.provider === candidate.target.provider);
  const isProviderFailing = sameProvider.some(
    (other) => other.state !== 'healthy' || other.standing.estimate.failureRate > FAILING_RATE,
  );
  return !isProviderFailing && candidate.expectedTtftMs <= best * SLOW_TARGET;
}

/**
 * Whether a request that has failed elsewhere may go to this candidate. At a healthy deployment that only moves the load; at a failing
 * one it multiplies it, and is bounded for the whole fleet.
 */
export function isWithinRetryBudget({ standing }: Candidate): boolean {
  const { estimate } = standing;
  return estimate.failureRate < FAILING_RATE || estimate.retries < RETRY_FLOOR + RETRY_SHARE * estimate.requests;
}

/** Whether the last seconds, other calls' waits among them, have become slower than what the plan reckoned with. */
function isSlowing(candidate: Candidate | undefined, { ports }: GatewayState): boolean {
  if (candidate === undefined) {
    return false;
  }
  const { recent } = ports.statistics.look(candidate.deployment).estimate;
  const plannedMs = candidate.expectedTtftMs / candidate.promptFactor;
  return (plannedMs + recent.ttftTotalMs) / (1 + recent.evidence) > SLOWING * plannedMs;
}

/**
 * Takes a hedge from the fleet's budget: a share of the recent requests to these deployments. What the fleet has done is in the decayed
 * sums; the hedges of this instance that are still under way come on top, so that many slow requests at once do not all get one.
 */
function takesHedge(candidates: readonly Candidate[], budget: number, { ports, hedges }: GatewayState): boolean {
  const estimates = candidates.map(({ deployment }) => ports.statistics.look(deployment).estimate);
  const total = (pick: (estimate: Estimate) => number): number => estimates.reduce((sum, one) => sum + pick(one), 0);
  const isAllowed = (spent: number, requests: number): boolean => spent + hedges.racing + 1 <= budget * (requests + 1);
  const requests = total(({ requests: all, hedges: extra, retries }) => all - extra - retries);
  const isWithin =
    isAllowed(
      total((estimate) => estimate.hedges),
      requests,
    ) ||
    // A share of so few is less than one: what half an hour allows counts.
    (requests < FEW_REQUESTS &&
      isAllowed(
        total(({ usual }) => usual.hedges),
        total(({ usual }) => usual.requests - usual.hedges),
      ));
  hedges.racing += isWithin ? 1 : 0;
  return isWithin;
}
