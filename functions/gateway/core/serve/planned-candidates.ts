import type { Deployment, Route } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import { type Candidate, dueProbe, type Plan, planCandidates, withProbeFirst } from '../routing/plan.ts';
import { estimateAtPrompt, promptFactor } from '../statistics/prompt-size.ts';
import type { Standing } from '../statistics/scoreboard.ts';
import type { GatewayState } from './gateway-state.ts';

/** A request that somebody can serve, as far as the plan needs to know it. */
export interface PlannedRequest {
  readonly route: Route;
  readonly facts: RequestFacts;
  /** By deployment, in the route's order; at least one. */
  readonly encoded: ReadonlyMap<string, { readonly deployment: Deployment }>;
}

/** Reads the fleet's statistics, ranks who can serve the request, and claims the probe of one whose cooldown is over. */
export async function plannedCandidates(
  { ports }: GatewayState,
  { route, facts, encoded }: PlannedRequest,
): Promise<Plan> {
  await ports.statistics.prepare();
  const qualified = [...encoded.values()].map(({ deployment }) => deployment);
  const factor = promptFactor(facts.promptTokens, ports.config.statistics.promptDoublingTokens);
  const look = (deployment: string): Standing => {
    const standing = ports.statistics.look(deployment);
    return { ...standing, estimate: estimateAtPrompt(standing.estimate, factor) };
  };
  const plan = planCandidates({ route, facts, qualified, look, random: ports.random });
  const probe = dueProbe(plan, route);
  const isClaimed = probe !== undefined && (await claims({ ports }, probe));
  return isClaimed ? withProbeFirst(plan, probe) : plan;
}

async function claims({ ports }: Pick<GatewayState, 'ports'>, { deployment, standing }: Candidate): Promise<boolean> {
  return standing.ejection !== undefined && (await ports.statistics.claimProbe(deployment, standing.ejection));
}
