import type {
  DeploymentStatus,
  EjectionStatus,
  FleetStatus,
  RouteStatus,
} from '../../functions/gateway/core/status/fleet-status.ts';
import { textTable } from './text-table.ts';

/** The status as text: a table of deployments, and each route's order. */
export function healthText(environment: string, { atMs, routes, deployments }: FleetStatus): string {
  const rows = deployments.map((deployment) => deploymentRow(deployment, atMs));
  return [
    `${environment} at ${new Date(atMs).toISOString()}`,
    '',
    textTable([DEPLOYMENT_HEAD, ...rows]),
    '',
    textTable([ROUTE_HEAD, ...routes.map(routeRow)]),
    '',
    'Times in milliseconds, of the last minutes; EVIDENCE: the times to first token behind them, older ones counting less.',
    'USUAL TTFT: the middle half of the last half hour. LAST PROBE: the last look beside a call.',
    'ORDER: as the next streamed call would try them, with the time to first token that the router reckons with.',
  ].join('\n');
}

const DEPLOYMENT_HEAD = [
  'DEPLOYMENT',
  'STATE',
  'TTFT P50',
  'P95',
  'P99',
  'TOTAL P50',
  'P95',
  'P99',
  'REQ/S',
  'SHARE',
  'FAILED',
  'EVIDENCE',
  'USUAL TTFT',
  'LAST PROBE',
];

function deploymentRow(deployment: DeploymentStatus, nowMs: number): readonly string[] {
  const { ttftMs, latencyMs } = deployment;
  return [
    deployment.id,
    stateText(deployment, nowMs),
    ...[ttftMs.p50, ttftMs.p95, ttftMs.p99, latencyMs.p50, latencyMs.p95, latencyMs.p99].map(whole),
    deployment.requestsPerSecond.toFixed(2),
    percent(deployment.share),
    percent(deployment.failureRate),
    deployment.evidence.toFixed(1),
    whole(deployment.usualTtftMs),
    deployment.lookedAtMs === null ? '-' : `${seconds(nowMs - deployment.lookedAtMs)} ago`,
  ];
}

/** As `ejected until 12:00:05 (failures, 3 s more)`. */
function stateText({ state, ejection }: DeploymentStatus, nowMs: number): string {
  if (ejection === null || state === 'healthy') {
    return state;
  }
  switch (state) {
    case 'ejected':
      return `ejected until ${clock(ejection.untilMs)} (${reasonText(ejection)}, ${seconds(ejection.untilMs - nowMs)} more)`;
    case 'probing':
      return `probing until ${clock(ejection.probeUntilMs ?? nowMs)} (was ejected: ${reasonText(ejection)})`;
    case 'due':
      return `due for a probe (was ejected: ${reasonText(ejection)})`;
  }
}

const REASONS = {
  failures: 'failures',
  'rate-limited': 'rate limit',
  misconfigured: 'credential or model id',
  drained: 'drained by hand',
} satisfies Record<EjectionStatus['reason'], string>;

function reasonText({ reason, level }: EjectionStatus): string {
  return level > 1 ? `${REASONS[reason]}, ${level} in a row` : REASONS[reason];
}

const ROUTE_HEAD = ['ROUTE', 'STRATEGY', 'ORDER'];

function routeRow({ name, strategy, plan }: RouteStatus): readonly string[] {
  const order = plan.map(({ deployment, state, expectedTtftMs }) => {
    const known = `${deployment} ${whole(expectedTtftMs)}`;
    return state === 'healthy' ? known : `${known} [${state}]`;
  });
  return [name, strategy, order.join(' > ') || 'nobody'];
}

function whole(value: number | null): string {
  return value === null ? '-' : String(Math.round(value));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function clock(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(11, 19)}Z`;
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}
