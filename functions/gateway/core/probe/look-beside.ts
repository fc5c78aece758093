import type { Clock } from '../model/clock.ts';
import type { GatewayConfig, ProbeSettings, Route } from '../model/gateway-config.ts';
import type { ProbeRecord } from '../model/probe-record.ts';
import type { Candidate } from '../routing/contender.ts';
import { dueProbe, type Plan } from '../routing/plan.ts';
import { STRATEGIES } from '../routing/strategies.ts';
import { type Probe, type ProbePorts, startProbe } from './probe.ts';

/** What probes beside a request are made with. */
export interface LookPorts extends Pick<ProbePorts, 'dial' | 'clock' | 'statistics'> {
  readonly config: Pick<GatewayConfig, 'probes' | 'timeouts'>;
}

/** Probes that are made beside a request. */
export interface Looks {
  /** Waits for those that are under way, and stops them after the time. Gives all that were made. Never rejects. */
  readonly end: (withinMs: number) => Promise<readonly ProbeRecord[]>;
}

/**
 * Looks at deployments that the request is not sent to, while it waits for its own: no caller is sent anywhere in order to learn. The
 * whole fleet makes one probe of a deployment in a while. Nothing waits for it before the request has ended. `undefined`: none is due.
 */
export function lookBeside(ports: LookPorts, plan: Plan, route: Route): Looks | undefined {
  const { probes: settings } = ports.config;
  if (settings === 'off') {
    return undefined;
  }
  const begun: Promise<Probe | undefined>[] = [];
  const due = dueProbe(plan, route);
  if (due !== undefined && !due.standing.breaksAnswers) {
    begun.push(afterCooldown(ports, due));
  }
  for (const { candidate, everyMs, isCalibration } of dueLooks(plan, route, settings)) {
    if (ports.clock.nowMs() - candidate.standing.lookedAtMs >= everyMs) {
      begun.push(look(ports, candidate, { everyMs, isCalibration }));
    }
  }
  return begun.length === 0 ? undefined : { end: (withinMs) => endAll(ports.clock, begun, withinMs) };
}

async function afterCooldown(ports: LookPorts, { deployment, standing }: Candidate): Promise<Probe | undefined> {
  const { ejection } = standing;
  const isClaimed = ejection !== undefined && (await ports.statistics.claimProbe(deployment.id, ejection));
  return isClaimed ? startProbe(deployment, { ...ports, timeouts: ports.config.timeouts }, {}) : undefined;
}

async function look(
  ports: LookPorts,
  { deployment, expectedTtftMs }: Candidate,
  { everyMs, isCalibration }: { readonly everyMs: number; readonly isCalibration: boolean },
): Promise<Probe | undefined> {
  const isClaimed = await ports.statistics.claimLook(deployment.id, everyMs);
  return isClaimed
    ? startProbe(
        deployment,
        { ...ports, timeouts: ports.config.timeouts },
        isCalibration ? { trafficMs: expectedTtftMs } : {},
      )
    : undefined;
}

async function endAll(
  clock: Clock,
  begun: readonly Promise<Probe | undefined>[],
  withinMs: number,
): Promise<readonly ProbeRecord[]> {
  const probes = (await Promise.all(begun)).filter((probe) => probe !== undefined);
  if (probes.length === 0) {
    return [];
  }
  const cancel = clock.after(withinMs, () => {
    for (const probe of probes) {
      probe.stop();
    }
  });
  const records = await Promise.all(probes.map(({ done }) => done));
  cancel();
  return records;
}

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
/** A look that one more will confirm or refute is followed by it so many times as soon as `everyMs`: nothing is looked at oftener. */
export const SOON = 5;
/** As slow as so many times what it usually is, it is not its usual self. */
const SLOWER_THAN_USUAL = 1.5;

/**
 * Whom to look at beside a request that is served by the first of the plan. Often: who is not known, who is slower than usual and would
 * else be among the best, and who is ejected; the more callers miss it the oftener. Soon after a look: who is hardly known, who has just been
 * seen to be among the best again, and of whom a caller's failure may lie in his request. Rarely: who is what it usually is.
 */
export function dueLooks(plan: Plan, route: Route, settings: ProbeSettings): readonly DueLook[] {
  const adapts = STRATEGIES[route.strategy].adapts && plan.candidates.length > 1;
  const healthy = plan.candidates.filter(({ state }) => state === 'healthy');
  const bestMs = Math.min(...healthy.map(({ expectedTtftMs }) => expectedTtftMs));
  const limitMs = bestMs * (1 + route.band);
  const due: DueLook[] = [];
  for (const candidate of plan.candidates) {
    const everyMs = whenToLook(candidate, { limitMs, settings, adapts, plan, route });
    if (everyMs !== undefined) {
      const isCalibration = everyMs === settings.rareEveryMs && isMeasured(candidate);
      due.push({ candidate, everyMs, isCalibration });
    }
  }
  return due;
}

interface LookContext {
  /** Whoever is expected to be no slower is among the best. */
  readonly limitMs: number;
  readonly settings: ProbeSettings;
  readonly adapts: boolean;
  readonly plan: Plan;
  readonly route: Route;
}

function whenToLook(candidate: Candidate, context: LookContext): number | undefined {
  const { standing, state } = candidate;
  const { settings, limitMs, adapts } = context;
  if (isLookedAtInCooldown(candidate, context)) {
    return cooldownInterval(candidate, limitMs, settings);
  }
  if (standing.isSuspect && (state === 'healthy' || standing.isForKeyOnly === true)) {
    // One whose requests go on to fail has everybody's probes for a minute, and then as those of any other.
    return standing.isLongSuspect === true ? settings.everyMs : settings.everyMs / SOON;
  }
  return state === 'healthy' && adapts ? lookInterval(candidate, limitMs, settings) : undefined;
}

/** After failures: a rate limit, a wrong credential and an operator say for how long. One that callers are sent to anyway needs no look. */
function isLookedAtInCooldown({ state, standing, score }: Candidate, { plan, route }: LookContext): boolean {
  const { ejection, isForKeyOnly, breaksAnswers } = standing;
  const first = plan.candidates[0];
  const isWanted = first?.state !== 'healthy' || route.strategy !== 'ordered' || score < first.score;
  const isTold = ejection?.reason === 'failures' && !breaksAnswers;
  return (
    (state === 'ejected' || state === 'probing') &&
    isForKeyOnly !== true &&
    isTold &&
    isWanted &&
    first?.standing !== standing
  );
}

/** Often at first, and less as the outage goes on. */
function cooldownInterval(candidate: Candidate, limitMs: number, settings: ProbeSettings): number {
  const { level = 1 } = candidate.standing.ejection ?? {};
  const soonMs = (settings.everyMs / SOON) * 2 ** Math.max(0, level - 3);
  return Math.min(soonMs, missedInterval(candidate, limitMs, settings));
}

/** The share of the usual interval is that of its usual time to first token in what callers must wait now. */
function missedInterval({ standing }: Candidate, limitMs: number, { everyMs }: ProbeSettings): number {
  const { typicalMs = limitMs } = standing.estimate.usual;
  return Math.round(everyMs * Math.min(1, Math.max(1 / SOON, typicalMs / limitMs)));
}

function lookInterval(candidate: Candidate, limitMs: number, settings: ProbeSettings): number {
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
  return isDisplaced ? missedInterval(candidate, limitMs, settings) : rareEveryMs;
}

/** Its last call was far sooner than expected, and among the best or as usual: one more shows whether it is back. */
function isPromising({ standing: { estimate }, expectedTtftMs }: Candidate, limitMs: number): boolean {
  const [lastMs = Infinity] = estimate.recent.last;
  const wellMs = Math.max(limitMs, SLOWER_THAN_USUAL * (estimate.usual.typicalMs ?? 0));
  return lastMs <= wellMs && lastMs * SLOWER_THAN_USUAL < expectedTtftMs;
}

/** By callers' own calls, and not long ago. */
function isMeasured({ standing: { estimate } }: Candidate): boolean {
  const calls = estimate.requests - estimate.hedges - estimate.retries;
  return calls >= MEASURED_CALLS && estimate.recent.evidence >= JUST_SEEN;
}
