import type { ProbeSettings, Route } from '../model/gateway-config.ts';
import type { Candidate } from '../routing/contender.ts';
import { usualTtft } from '../routing/expected-latency.ts';
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
/** As slow as so many times what it usually is, it is not its usual self. */
const SLOWER_THAN_USUAL = 1.5;

/**
 * Whom to look at beside a request that is served by the first of the plan. Often: who is not known, who is slower than usual and would
 * else be among the best, who has just been seen to be among them again, and of whom a caller's failure may lie in his request. Rarely: who is what it usually is. Deployments that are
 * ejected have their own probe, after their cooldown.
 */
export function dueLooks(plan: Plan, route: Route, settings: ProbeSettings): readonly DueLook[] {
  const adapts = STRATEGIES[route.strategy].adapts && plan.candidates.length > 1;
  const healthy = plan.candidates.filter(
    ({ state, standing }) => state === 'healthy' && (adapts || standing.isSuspect),
  );
  const bestMs = Math.min(...healthy.map(({ expectedTtftMs }) => expectedTtftMs));
  const limitMs = bestMs * (1 + route.band);
  return healthy.map((candidate) => {
    const { isSuspect } = candidate.standing;
    const isCalibration = !isSuspect && isMeasured(candidate);
    const isOften = isSuspect || (!isCalibration && needsLooks(candidate, limitMs));
    return { candidate, isCalibration, everyMs: isOften ? settings.everyMs : settings.rareEveryMs };
  });
}

function needsLooks({ standing: { estimate }, expectedTtftMs }: Candidate, limitMs: number): boolean {
  const { usual, recent } = estimate;
  if (usual.typicalMs === undefined) {
    return true;
  }
  const usualMs = usualTtft(estimate, { ttftMs: expectedTtftMs });
  const isDisplaced = usualMs <= limitMs * SLOWER_THAN_USUAL && expectedTtftMs > usualMs * SLOWER_THAN_USUAL;
  const seenMs = recent.evidence >= JUST_SEEN ? recent.seenMedianMs() : undefined;
  const isPromising = expectedTtftMs > limitMs && seenMs !== undefined && seenMs <= limitMs;
  return isDisplaced || isPromising;
}

/** By callers' own calls, and not long ago. */
function isMeasured({ standing: { estimate } }: Candidate): boolean {
  const calls = estimate.requests - estimate.hedges - estimate.retries;
  return calls >= MEASURED_CALLS && estimate.recent.evidence >= JUST_SEEN;
}
