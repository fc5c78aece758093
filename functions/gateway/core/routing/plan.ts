import type { Random } from '../model/clock.ts';
import type { Deployment, Route } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { Standing } from '../statistics/scoreboard.ts';
import type { Candidate } from './contender.ts';
import { expectedLatency, failureShare, latencyPrior } from './expected-latency.ts';
import { exploreTarget } from './explore.ts';
import { rendezvousOrder } from './rendezvous.ts';
import { STRATEGIES } from './strategies.ts';
import type { Strategy } from './strategy.ts';

/** The candidates of one request in the order in which they are tried. A permutation of those that qualify. */
export interface Plan {
  readonly candidates: readonly Candidate[];
  /** Whether the first is there to learn about it, not for its score. */
  readonly explored: boolean;
}

export interface PlanContext {
  readonly route: Route;
  readonly facts: RequestFacts;
  /** Deployments of the route that qualify, in its order. */
  readonly qualified: readonly Deployment[];
  readonly look: (deployment: string) => Standing;
  readonly random: Random;
}

/** Ranks the qualified deployments: the healthy by strategy, then the ejected by the end of their cooldown. All ejected: as if none were. */
export function planCandidates(context: PlanContext): Plan {
  const scored = scoreAll(context);
  const healthy = scored.filter((candidate) => candidate.state === 'healthy');
  const others = scored.filter((candidate) => candidate.state !== 'healthy');
  if (healthy.length === 0) {
    return { candidates: ranked(others, context), explored: false };
  }
  const order = ranked(healthy, context);
  const chosen = exploreTarget(order, context);
  const rest = byCooldown(others);
  return chosen === undefined
    ? { candidates: [...order, ...rest], explored: false }
    : { candidates: [chosen, ...order.filter((candidate) => candidate !== chosen), ...rest], explored: true };
}

/** The plan with one candidate moved to the front: the one whose probe this request has claimed. */
export function withProbeFirst(plan: Plan, probe: Candidate): Plan {
  const others = plan.candidates.filter((candidate) => candidate !== probe);
  return { candidates: [{ ...probe, state: 'probing' }, ...others], explored: plan.explored };
}

/**
 * The ejected candidate whose cooldown is over and which this request should try, if it can claim the probe. In an ordered route only one
 * that comes before the first healthy one: no other would be asked anyway.
 */
export function dueProbe(plan: Plan, route: Route): Candidate | undefined {
  const first = plan.candidates[0];
  const isWanted = (candidate: Candidate): boolean =>
    candidate.state === 'due' && (route.strategy !== 'ordered' || candidate.score < (first?.score ?? 0));
  // Where all are ejected, the first is tried anyway.
  return first?.state === 'healthy' ? plan.candidates.find(isWanted) : undefined;
}

function scoreAll({ route, facts, qualified, look, random }: PlanContext): readonly Candidate[] {
  const standings = qualified.map((deployment, position) => ({ deployment, position, standing: look(deployment.id) }));
  const prior = latencyPrior(standings.map(({ standing }) => standing.estimate));
  return standings.map(({ deployment, position, standing }) => {
    const { estimate } = standing;
    const expected = expectedLatency(estimate, facts, prior);
    const score = STRATEGIES[route.strategy].score({
      deployment,
      estimate,
      facts,
      position,
      random,
      ...expected,
    });
    return {
      deployment,
      standing,
      score,
      state: standing.state,
      expectedTtftMs: expected.ttftMs,
      isTied: false,
    };
  });
}

/** From this share of expected failures on a deployment counts as failing. */
const FAILING_SHARE = 0.25;

/** By score; equals spread by conversation. */
function ranked(candidates: readonly Candidate[], { route, facts }: PlanContext): readonly Candidate[] {
  const strategy: Strategy = STRATEGIES[route.strategy];
  const rank = ({ standing }: Candidate): number =>
    strategy.failingLast && failureShare(standing.estimate) >= FAILING_SHARE ? 1 : 0;
  const sorted = candidates.toSorted(
    (a, b) => rank(a) - rank(b) || a.score - b.score || a.expectedTtftMs - b.expectedTtftMs,
  );
  const [best] = sorted;
  if (strategy.ties === 'exact' || best === undefined) {
    return sorted;
  }
  const limit = best.score * (1 + route.band);
  const equals = sorted.filter((candidate) => candidate.score <= limit && rank(candidate) === rank(best));
  const spread = rendezvousOrder(equals, (candidate) => candidate.deployment.id, facts.affinityKey);
  const isTied = equals.length > 1;
  return [...spread.map((candidate) => ({ ...candidate, isTied })), ...sorted.slice(equals.length)];
}

function byCooldown(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.toSorted((a, b) => (a.standing.ejection?.untilMs ?? 0) - (b.standing.ejection?.untilMs ?? 0));
}
