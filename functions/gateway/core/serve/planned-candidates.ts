import type { Deployment, Route } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import { type Candidate, dueProbe, type Plan, planCandidates, withProbeFirst } from '../routing/plan.ts';
import { conversationKey, type RememberedPlan } from '../routing/route-memory.ts';
import type { GatewayState } from './gateway-state.ts';

/** A request that somebody can serve, as far as the plan needs to know it. */
export interface PlannedRequest {
  readonly route: Route;
  readonly facts: RequestFacts;
  /** By deployment, in the route's order; at least one. */
  readonly encoded: ReadonlyMap<string, { readonly deployment: Deployment }>;
}

/** Reads the fleet's statistics, ranks who can serve the request, and claims the probe of one whose cooldown is over. */
export async function plannedCandidates(state: GatewayState, request: PlannedRequest): Promise<Plan> {
  const { ports, routing } = state;
  const { route, facts, encoded } = request;
  await ports.statistics.prepare();
  const plan = planCandidates({
    route,
    facts,
    qualified: [...encoded.values()].map(({ deployment }) => deployment),
    look: ports.statistics.look,
    random: ports.random,
    promptDoublingTokens: ports.config.statistics.promptDoublingTokens,
    remembered: rememberedPlan(state, request),
    probesTell: ports.config.probes !== 'off',
  });
  routing.equals.set(route.name, plan.equals);
  // A caller's own call tries it only where no probe can tell.
  const due = dueProbe(plan, route);
  const probe = ports.config.probes === 'off' || due?.standing.breaksAnswers === true ? due : undefined;
  const isClaimed = probe !== undefined && (await claims({ ports }, probe));
  return isClaimed ? withProbeFirst(plan, probe) : plan;
}

function rememberedPlan({ ports, routing }: GatewayState, { route, facts }: PlannedRequest): RememberedPlan {
  const key = conversationKey(route.name, facts.affinityKey);
  const turn = routing.conversations.recall(key, ports.clock.nowMs());
  const equals = routing.equals.get(route.name) ?? new Set();
  return turn === undefined ? { equals } : { equals, turn };
}

async function claims({ ports }: Pick<GatewayState, 'ports'>, { deployment, standing }: Candidate): Promise<boolean> {
  return standing.ejection !== undefined && (await ports.statistics.claimProbe(deployment, standing.ejection));
}
