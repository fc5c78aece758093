import { AttemptLessons } from '../attempt/attempt-lessons.ts';
import type { Attempt } from '../model/attempt.ts';
import type { Clock, Random } from '../model/clock.ts';
import type { Dial } from '../model/dial.ts';
import type { Route } from '../model/gateway-config.ts';
import type { TraceContext } from '../model/trace-context.ts';
import type { Candidate, Contender } from '../routing/contender.ts';
import type { Estimate } from '../statistics/estimate.ts';
import type { FleetStatistics } from '../statistics/fleet-statistics.ts';
import type { Witness } from '../statistics/observation.ts';
import { newTraceId, type RandomHex, SPAN_DIGITS, traceHeaders } from '../trace/trace-context.ts';
import type { KeyShares, SecondOpinions } from './instance-budgets.ts';
import type { RaceRules } from './race-state.ts';
import { type LaneSetting, type RunResult, runRace } from './run-race.ts';

/** What a race works through. */
export interface RacePorts extends BudgetPorts {
  readonly clock: Clock;
  readonly dial: Dial;
  readonly statistics: FleetStatistics;
  /** For the ids of the attempts' spans. */
  readonly randomHex: RandomHex;
}

/** One request's race. */
export interface RaceOfRequest<Piece> extends RaceSetting {
  readonly contenders: readonly Contender<Piece>[];
  readonly trace: TraceContext;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
}

/** Asks the contenders by the route's rules until one has answered. Rejects for a bug alone. */
export async function raceContenders<Piece>(race: RaceOfRequest<Piece>, ports: RacePorts): Promise<RunResult<Piece>> {
  const { signal, witness } = race;
  const { clock, shares } = ports;
  let hedges = 0;
  shares.came(witness.key);
  try {
    return await runRace({
      rules: raceRules(race.contenders, race, ports),
      attempt: (contender, lane) => {
        hedges += lane.extra === 'hedge' ? 1 : 0;
        return attemptAt(contender, lane, race, ports);
      },
      clock,
      signal,
    });
  } finally {
    ports.hedges.racing -= hedges;
  }
}

/** The attempt at a contender, traced and observed. */
function attemptAt<Piece>(
  contender: Contender<Piece>,
  { extra, isAlone }: LaneSetting,
  { trace, witness }: RaceOfRequest<Piece>,
  { statistics, clock, dial, randomHex }: RacePorts,
): Attempt<Piece> {
  const encoding = contender.encode();
  if (encoding.kind === 'unsupported') {
    throw new RangeError(`The race asks ${contender.deployment.id}, whose vendor cannot be asked.`);
  }
  const spanId = newTraceId(randomHex, SPAN_DIGITS);
  const { lateAfterMs, silenceAfterMs, silenceLimitMs } = contender.limits;
  const { deployment, promptFactor, warmTokens } = contender;
  const { traceHeaders: isToldOfTrace = true } = deployment.providerSettings;
  const silence = { afterMs: silenceAfterMs, limitMs: silenceLimitMs };
  const lessons = { statistics, clock, extra, lateAfterMs, silence, promptFactor, warmTokens, witness };
  return encoding.attempt({
    dial,
    headers: isToldOfTrace ? traceHeaders(trace, spanId) : undefined,
    spanId,
    isAlone,
    observe: (attempt) => new AttemptLessons(attempt, lessons),
  });
}

/** Retries towards a failing deployment: this share of its traffic, and a few in any case. */
const RETRY_SHARE = 0.2;
const RETRY_FLOOR = 10;
/** Where so many of a deployment's calls fail, more of them multiply the load. */
const FAILING_RATE = 0.5;
/** What is merely slower than most gets this share of the hedge budget: an outage must find the rest unspent. */
const DUE_SHARE = 0.5;
/** Below so many requests of the last minutes the hedge budget is that of the last half hour. */
const FEW_REQUESTS = 60;
/** From so many times the planned time to first token on a deployment has become slow. */
const SLOWING = 1.25;

/** What the rules of one request's race depend on beside its contenders. */
export interface RaceSetting {
  readonly route: Route;
  /** `stream`: won with the first content. `plain`: won with the whole answer. */
  readonly mode: RaceRules['mode'];
  /** Milliseconds since 1970. */
  readonly deadlineMs: number;
  /** Whose request it is. */
  readonly witness: Witness;
}

/** What the budgets of the fleet are read from. */
export interface BudgetPorts {
  readonly random: Random;
  readonly statistics: Pick<FleetStatistics, 'look'>;
  /** Hedges of this instance in races that are not over: the statistics may not have them yet. */
  readonly hedges: { racing: number };
  /** This instance's. */
  readonly opinions: SecondOpinions;
  readonly shares: KeyShares;
}

/** The rules of one request's race, from its contenders and its route. Its key has its share of the budgets and no more. */
export function raceRules<Piece>(
  contenders: readonly Contender<Piece>[],
  { route, mode, deadlineMs, witness }: RaceSetting,
  ports: BudgetPorts,
): RaceRules<Piece> {
  const { maxAttempts, sameTargetRetries, hedge } = route;
  const { random, opinions, shares } = ports;
  opinions.noteRequest(route.secondOpinions);
  return {
    contenders,
    mode,
    maxAttempts,
    sameTargetRetries,
    deadlineMs,
    random,
    // A retry that only moves the load is no matter of the budgets.
    mayRetry: (contender) => {
      const isFailing = contender.standing.estimate.failureRate >= FAILING_RATE;
      return !isFailing || (isWithinRetryBudget(contender) && shares.takes(witness.key));
    },
    takeSecondOpinion: () => shares.takes(witness.key) && route.secondOpinions > 0 && opinions.take(),
    ...(hedge !== undefined && {
      mayHedge: (asked) => {
        const isOutage = asked === 'when late' || isSlowing(contenders[0], ports);
        const budget = hedge.budget * (isOutage ? 1 : DUE_SHARE);
        return shares.takes(witness.key) && takesHedge(contenders, budget, ports);
      },
    }),
  };
}

/**
 * Whether a request that has failed elsewhere may go to this candidate. At a healthy deployment that only moves the load; at a failing
 * one it multiplies it, and is bounded for the whole fleet.
 */
export function isWithinRetryBudget({ standing }: Pick<Candidate, 'standing'>): boolean {
  const { failureRate, retries, requests } = standing.estimate;
  return failureRate < FAILING_RATE || retries < RETRY_FLOOR + RETRY_SHARE * requests;
}

/** Whether the last seconds, other calls' waits among them, have become slower than what the plan reckoned with. */
function isSlowing(candidate: Candidate | undefined, { statistics }: Pick<BudgetPorts, 'statistics'>): boolean {
  if (candidate === undefined) {
    return false;
  }
  const { recent } = statistics.look(candidate.deployment.id).estimate;
  const plannedMs = candidate.expectedTtftMs / candidate.promptFactor;
  return (plannedMs + recent.ttftTotalMs) / (1 + recent.evidence) > SLOWING * plannedMs;
}

/**
 * Takes a hedge from the fleet's budget: a share of the recent requests to these deployments. What the fleet has done is in the decayed
 * sums; the hedges of this instance that are still under way come on top, so that many slow requests at once do not all get one.
 */
function takesHedge(contenders: readonly Candidate[], budget: number, { statistics, hedges }: BudgetPorts): boolean {
  const estimates = contenders.map(({ deployment }) => statistics.look(deployment.id).estimate);
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
