import type { ProbeSettings, Route } from '../model/gateway-config.ts';
import type { Candidate } from '../routing/contender.ts';
import type { Plan } from '../routing/plan.ts';
import { STRATEGIES } from '../routing/strategies.ts';

/** A deployment that may be looked at beside a request. */
export interface DueLook {
  readonly candidate: Candidate;
  /** The fleet looks at it at most once in this time. */
  readonly everyMs: number;
  /** Its traffic is well known: what a probe of it shows tells how its probes compare with its traffic. */
  readonly isCalibration: boolean;
}

/** Calls of the last minutes, from which on traffic tells how fast a deployment is. */
const MEASURED_CALLS = 3;
/** Decayed first tokens of the last seconds, from which on traffic or a probe has just told how fast it is. */
const JUST_SEEN = 0.5;
/** First tokens, from which on it is known what a deployment usually is: one alone may be a straggler. */
const KNOWN = 2.5;
/** A look that one more will confirm or refute is followed by it so many times as soon as `everyMs`. Only what confirms a look comes sooner. */
export const SOON = 5;
/** Where calls are dense, one that callers miss is looked at once in so many calls that lose all their time. */
const CALLS_A_LOOK = 3;
/** As slow as so many times what it usually is, it is not its usual self. */
const SLOWER_THAN_USUAL = 1.5;

/**
 * Whom to look at beside a request that is served by the first of the plan. Often: who is not known, who is slower than usual and would
 * else be among the best, and who is ejected; the more callers miss it the oftener. Soon after a look: who is hardly known, who has just been
 * seen to be among the best again, and of whom a caller's failure may lie in his request. Rarely: who is what it usually is.
 */
export function dueLooks(plan: Plan, route: Route, settings: ProbeSettings): readonly DueLook[] {
  const adapts = STRATEGIES[route.strategy].adapts && plan.candidates.length > 1;
  // Where none adapts and all are healthy, nobody is missed.
  const isCompared = adapts || plan.candidates.some(({ state }) => state !== 'healthy');
  const limitMs = isCompared ? amongBestMs(plan, route) : Infinity;
  const callsPerSecond = plan.candidates.reduce(
    (sum, { standing }) => sum + standing.estimate.recent.requestsPerSecond,
    0,
  );
  const due: DueLook[] = [];
  for (const candidate of plan.candidates) {
    const everyMs = whenToLook(candidate, { limitMs, settings, adapts, plan, route, callsPerSecond });
    if (everyMs !== undefined) {
      const isCalibration = everyMs === settings.rareEveryMs && isMeasured(candidate);
      due.push({ candidate, everyMs, isCalibration });
    }
  }
  return due;
}

/** Whoever is expected to be no slower is among the best. */
export function amongBestMs({ candidates }: Plan, { band }: Route): number {
  const healthy = candidates.filter(({ state }) => state === 'healthy');
  return Math.min(...healthy.map(({ expectedTtftMs }) => expectedTtftMs)) * (1 + band);
}

interface LookContext {
  /** As `amongBestMs`. */
  readonly limitMs: number;
  readonly settings: ProbeSettings;
  readonly adapts: boolean;
  readonly plan: Plan;
  readonly route: Route;
  /** Of the route's deployments together. */
  readonly callsPerSecond: number;
}

function whenToLook(candidate: Candidate, context: LookContext): number | undefined {
  const { standing, state } = candidate;
  const { settings, adapts } = context;
  if (state !== 'healthy' && isLookedAtInCooldown(candidate, context)) {
    return cooldownInterval(candidate, context);
  }
  if (standing.isSuspect && (state === 'healthy' || standing.isForKeyOnly === true)) {
    // One whose requests go on to fail has everybody's probes for a minute, and then as those of any other.
    return standing.isLongSuspect === true ? settings.everyMs : settings.everyMs / SOON;
  }
  return state === 'healthy' && adapts ? lookInterval(candidate, context) : undefined;
}

/** After failures: a rate limit, a wrong credential and an operator say for how long. One that callers are sent to anyway needs no look. */
function isLookedAtInCooldown({ state, standing, score }: Candidate, { plan, route }: LookContext): boolean {
  const { ejection, breaksAnswers, isForKeyOnly } = standing;
  const first = plan.candidates[0];
  const isWanted = first?.state !== 'healthy' || route.strategy !== 'ordered' || score < first.score;
  const isTold = ejection?.reason === 'failures' && !breaksAnswers;
  return state !== 'due' && isForKeyOnly !== true && isTold && isWanted && first?.standing !== standing;
}

/** Often at first, and less as the outage goes on. */
function cooldownInterval(candidate: Candidate, context: LookContext): number {
  const { level = 1 } = candidate.standing.ejection ?? {};
  const soonMs = (context.settings.everyMs / SOON) * 2 ** Math.max(0, level - 3);
  return Math.min(soonMs, missedInterval(candidate, context));
}

/**
 * The share of the usual interval is that of its usual time to first token in what callers must wait now. Where calls are dense it is the
 * time of a few: the sooner it is seen to be back, the fewer of them wait longer than they need.
 */
function missedInterval({ standing }: Candidate, { limitMs, settings, callsPerSecond }: LookContext): number {
  const { everyMs } = settings;
  const { typicalMs } = standing.estimate.usual;
  // Where nobody is healthy callers wait without a limit: of one that nobody knows no ratio tells.
  const share = typicalMs === undefined ? 1 : Math.min(1, typicalMs / limitMs);
  const denseMs = (CALLS_A_LOOK * 1000) / (callsPerSecond * (1 - share));
  return Math.round(Math.max(everyMs / SOON, Math.min(denseMs, everyMs * share)));
}

function lookInterval(candidate: Candidate, context: LookContext): number {
  const { limitMs, settings } = context;
  const { everyMs, rareEveryMs } = settings;
  const { expectedTtftMs, standing } = candidate;
  const { typicalMs = 0, evidence } = standing.estimate.usual;
  if (evidence < KNOWN) {
    return evidence === 0 ? everyMs : everyMs / SOON;
  }
  if (expectedTtftMs <= limitMs) {
    return rareEveryMs;
  }
  if (isPromising(candidate, limitMs)) {
    return everyMs / SOON;
  }
  const isDisplaced = typicalMs <= limitMs * SLOWER_THAN_USUAL && expectedTtftMs > typicalMs * SLOWER_THAN_USUAL;
  return isDisplaced ? missedInterval(candidate, context) : rareEveryMs;
}

/** Its last call was far sooner than expected, and among the best or as usual: one more shows whether it is back. */
export function isPromising({ standing: { estimate }, expectedTtftMs }: Candidate, limitMs: number): boolean {
  const [lastMs = Infinity] = estimate.recent.last;
  const wellMs = Math.max(limitMs, SLOWER_THAN_USUAL * (estimate.usual.typicalMs ?? 0));
  return lastMs <= wellMs && lastMs * SLOWER_THAN_USUAL < expectedTtftMs;
}

/** By callers' own calls, and not long ago. */
function isMeasured({ standing: { estimate } }: Candidate): boolean {
  const calls = estimate.requests - estimate.hedges - estimate.retries;
  return calls >= MEASURED_CALLS && estimate.recent.evidence >= JUST_SEEN;
}
