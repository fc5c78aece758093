import type { Route } from '../model/gateway-config.ts';
import type { ProbeRecord } from '../model/probe-record.ts';
import { dueLooks } from '../probe/due-looks.ts';
import { type Probe, startProbe } from '../probe/probe.ts';
import type { Candidate } from '../routing/contender.ts';
import { dueProbe, type Plan } from '../routing/plan.ts';
import type { GatewayState } from './gateway-state.ts';

/** Probes that are made beside a request. */
export interface Looks {
  /** Waits for those that are under way, and stops them after the time. Gives all that were made. Never rejects. */
  readonly end: (withinMs: number) => Promise<readonly ProbeRecord[]>;
}

/**
 * Looks at deployments that the request is not sent to, while it waits for its own: no caller is sent anywhere in order to learn. The
 * whole fleet makes one probe of a deployment in a while. Nothing waits for it before the request has ended.
 */
export function lookBeside(state: GatewayState, plan: Plan, route: Route): Looks {
  const { probes: settings } = state.ports.config;
  const begun: Promise<Probe | undefined>[] = [];
  if (settings !== 'off') {
    const due = dueProbe(plan, route);
    if (due !== undefined && !due.standing.breaksAnswers) {
      begun.push(afterCooldown(state, due));
    }
    for (const { candidate, everyMs, isCalibration } of dueLooks(plan, route, settings)) {
      if (state.ports.clock.nowMs() - candidate.standing.lookedAtMs >= everyMs) {
        begun.push(look(state, candidate, { everyMs, isCalibration }));
      }
    }
  }
  return { end: (withinMs) => (begun.length === 0 ? Promise.resolve([]) : endAll(state, begun, withinMs)) };
}

async function afterCooldown(state: GatewayState, { deployment, standing }: Candidate): Promise<Probe | undefined> {
  const { ejection } = standing;
  const isClaimed = ejection !== undefined && (await state.ports.statistics.claimProbe(deployment.id, ejection));
  return isClaimed ? startProbe(deployment, probePorts(state), {}) : undefined;
}

async function look(
  state: GatewayState,
  { deployment, expectedTtftMs }: Candidate,
  { everyMs, isCalibration }: { readonly everyMs: number; readonly isCalibration: boolean },
): Promise<Probe | undefined> {
  const isClaimed = await state.ports.statistics.claimLook(deployment.id, everyMs);
  return isClaimed
    ? startProbe(deployment, probePorts(state), isCalibration ? { trafficMs: expectedTtftMs } : {})
    : undefined;
}

function probePorts({ ports }: GatewayState): Parameters<typeof startProbe>[1] {
  const { config, dial, clock, statistics } = ports;
  return { timeouts: config.timeouts, dial, clock, statistics };
}

async function endAll(
  { ports }: GatewayState,
  begun: readonly Promise<Probe | undefined>[],
  withinMs: number,
): Promise<readonly ProbeRecord[]> {
  const probes = (await Promise.all(begun)).filter((probe) => probe !== undefined);
  if (probes.length === 0) {
    return [];
  }
  const cancel = ports.clock.after(withinMs, () => {
    for (const probe of probes) {
      probe.stop();
    }
  });
  const records = await Promise.all(probes.map(({ done }) => done));
  cancel();
  return records;
}
