import type { Deployment, Route, StrategyName } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { Candidate } from '../routing/contender.ts';
import { planCandidates } from '../routing/plan.ts';
import type { EjectionReason, EjectionState } from '../statistics/ejection.ts';
import type { Standing } from '../statistics/standing.ts';

/**
 * How the fleet stands, as the router sees it: made by the functions that route, from the sums that they read. Times are milliseconds,
 * rates and shares 0 to 1, instants milliseconds since 1970. `null` where nothing is known yet.
 */
export interface FleetStatus {
  readonly atMs: number;
  /** In the order of the configuration. */
  readonly routes: readonly RouteStatus[];
  /** Every deployment, in the order of the configuration. */
  readonly deployments: readonly DeploymentStatus[];
}

/** A route with the plan that a typical request would get now. */
export interface RouteStatus {
  readonly name: string;
  readonly strategy: StrategyName;
  readonly kind: Deployment['kind'];
  /** In the order in which a request would be tried now; see `TYPICAL_REQUEST`. */
  readonly plan: readonly PlannedDeployment[];
}

/** What a route makes of one of its deployments. */
export interface PlannedDeployment {
  readonly deployment: string;
  readonly state: EjectionState;
  /** Lower is better; the unit is the strategy's. `simple-shuffle` draws one for each request. */
  readonly score: number;
  /** The time to first token that the router reckons with, failures priced in. */
  readonly expectedTtftMs: number;
  /** One of several that count as equally good: conversations are spread over them. */
  readonly isTied: boolean;
  /** Of the attempts at this route's deployments, whichever route they came by. */
  readonly share: number;
}

/** A deployment with its health and its live figures. */
export interface DeploymentStatus {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly kind: Deployment['kind'];
  readonly state: EjectionState;
  /** Set aside until, and why. Stays while `due` and `probing`, until a success lifts it. */
  readonly ejection: EjectionStatus | null;
  /** Time to first token as it is remembered, and over the last seconds, with the waits that are not over. */
  readonly ttftMs: Percentiles;
  readonly recentTtftMs: Percentiles;
  /** Time of the whole answer. */
  readonly latencyMs: Percentiles;
  /** Over the half-life of the lasting memory, a minute by default. */
  readonly requestsPerSecond: number;
  readonly tokensPerSecond: number;
  /** Of all attempts of the fleet. */
  readonly share: number;
  readonly failureRate: number;
  /** The same over the last seconds. */
  readonly recentFailureRate: number;
  /** How far the figures can be trusted: the decayed number of times to first token behind them, of the last minutes and seconds. */
  readonly evidence: number;
  readonly recentEvidence: number;
  /** What its first token takes as a rule, over the last half hour: far below `ttftMs` it is not its usual self. */
  readonly usualTtftMs: number | null;
  /** When a probe has last looked at it beside a request. */
  readonly lookedAtMs: number | null;
}

/** Why and until when a deployment is set aside. Milliseconds since 1970. */
export interface EjectionStatus {
  readonly untilMs: number;
  readonly reason: EjectionReason;
  /** Ejections in a row. */
  readonly level: number;
  /** Until then one request is trying it. */
  readonly probeUntilMs: number | null;
}

/** From decayed counts by bucket: within 12 % of the true value. */
export interface Percentiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** Plans differ by request. What is shown is the plan of a streamed one of middling size that asks for nothing special. */
export const TYPICAL_REQUEST: RequestFacts = {
  stream: true,
  choices: 1,
  promptTokens: 1000,
  affinityKey: '',
  tags: [],
};

/** What the status is made from. */
export interface FleetStatusInput {
  /** The configured routes. */
  readonly routes: readonly Route[];
  readonly deployments: readonly Deployment[];
  readonly look: (deployment: string) => Standing;
  readonly nowMs: number;
}

/** The status now. Looks at each deployment once, so that all figures are of one instant. */
export function fleetStatus({ routes, deployments, look, nowMs }: FleetStatusInput): FleetStatus {
  const standings = new Map(deployments.map(({ id }) => [id, look(id)]));
  const known = (id: string): Standing => standings.get(id) ?? look(id);
  const total = attempts(deployments, known);
  return {
    atMs: Math.floor(nowMs),
    routes: routes.map((route) => routeStatus(route, known)),
    deployments: deployments.map((deployment) => deploymentStatus(deployment, known(deployment.id), total)),
  };
}

function routeStatus(route: Route, look: FleetStatusInput['look']): RouteStatus {
  const { name, strategy, deployments } = route;
  const kind = deployments[0]?.kind ?? 'chat';
  const { candidates } = planCandidates({
    // What explores is one request in many; no order to show.
    route: { ...route, explorationShare: 0 },
    facts: { ...TYPICAL_REQUEST, stream: kind === 'chat' },
    qualified: deployments,
    look,
    random: () => 0.5,
  });
  const total = attempts(deployments, look);
  return { name, strategy, kind, plan: candidates.map((candidate) => planned(candidate, total)) };
}

function planned(candidate: Candidate, total: number): PlannedDeployment {
  const { deployment, state, score, expectedTtftMs, isTied, standing } = candidate;
  return { deployment: deployment.id, state, score, expectedTtftMs, isTied, share: share(standing, total) };
}

function deploymentStatus(deployment: Deployment, standing: Standing, total: number): DeploymentStatus {
  const { id, provider, model, kind } = deployment;
  const { estimate, state } = standing;
  return {
    id,
    provider,
    model,
    kind,
    state,
    ejection: ejectionStatus(standing),
    ttftMs: percentiles(estimate.rememberedTtftMs),
    recentTtftMs: isKnownNow(estimate) ? percentiles(estimate.recentTtftMs) : NOTHING,
    latencyMs: percentiles(estimate.totalPercentileMs),
    requestsPerSecond: estimate.requestsPerSecond,
    tokensPerSecond: estimate.tokensPerSecond,
    share: share(standing, total),
    failureRate: estimate.failureRate,
    recentFailureRate: estimate.recent.failureRate,
    evidence: estimate.evidence,
    recentEvidence: estimate.recent.evidence,
    usualTtftMs: estimate.usual.typicalMs ?? null,
    lookedAtMs: Number.isFinite(standing.lookedAtMs) ? standing.lookedAtMs : null,
  };
}

const NOTHING: Percentiles = { p50: null, p95: null, p99: null };

/** Of a single call this little is left after half a minute, of a wait that is not over after some seconds. */
const LEAST_RECENT = 0.07;
const LEAST_WAITED_MS = 200;

/** Whether the last seconds have told anything: an attempt, or a wait that is not over. */
function isKnownNow({ recent }: Standing['estimate']): boolean {
  const { evidence, requests, ttftTotalMs } = recent;
  return evidence >= LEAST_RECENT || requests >= LEAST_RECENT || ttftTotalMs >= LEAST_WAITED_MS;
}

function ejectionStatus({ ejection, state }: Standing): EjectionStatus | null {
  if (ejection === undefined || state === 'healthy') {
    return null;
  }
  const { untilMs, reason, level, probeUntilMs = null } = ejection;
  return { untilMs, reason, level, probeUntilMs };
}

function percentiles(read: (percentile: number) => number | undefined): Percentiles {
  return { p50: read(50) ?? null, p95: read(95) ?? null, p99: read(99) ?? null };
}

function attempts(deployments: readonly Deployment[], look: FleetStatusInput['look']): number {
  return deployments.reduce((sum, { id }) => sum + look(id).estimate.requests, 0);
}

function share({ estimate }: Standing, total: number): number {
  return total > 0 ? estimate.requests / total : 0;
}
