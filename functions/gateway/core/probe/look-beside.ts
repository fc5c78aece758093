import type { GatewayConfig, Route } from '../model/gateway-config.ts';
import type { ProbeRecord } from '../model/probe-record.ts';
import type { Candidate } from '../routing/contender.ts';
import { dueProbe, type Plan } from '../routing/plan.ts';
import { estimateAtPrompt } from '../statistics/estimate.ts';
import { amongBestMs, type DueLook, dueLooks, isPromising } from './due-looks.ts';
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

/** Probes of one deployment, each begun when the one before has ended. */
interface Series {
  readonly done: Promise<readonly ProbeRecord[]>;
  /** Hangs up, and begins no other. */
  readonly stop: () => void;
}

/** A probe, where this request is the one in the fleet that makes it. */
type Begin = () => Promise<Probe | undefined>;

/**
 * Looks at deployments that the request is not sent to, while it waits for its own: no caller is sent anywhere in order to learn. The
 * whole fleet makes one probe of a deployment in a while. One that shows that the deployment may be back is confirmed at once. Nothing waits
 * for probes before the request has ended. `undefined`: none is due.
 */
export function lookBeside(ports: LookPorts, plan: Plan, route: Route): Looks | undefined {
  const { probes: settings } = ports.config;
  if (settings === 'off') {
    return undefined;
  }
  const begun: Series[] = [];
  const limitMs = amongBestMs(plan, route);
  const due = dueProbe(plan, route);
  if (due !== undefined && !due.standing.breaksAnswers) {
    begun.push(series(ports, due, { first: () => afterCooldown(ports, due), limitMs }));
  }
  for (const { candidate, everyMs, isCalibration } of dueLooks(plan, route, settings)) {
    if (ports.clock.nowMs() - candidate.standing.lookedAtMs >= everyMs) {
      const first = (): Promise<Probe | undefined> => look(ports, { candidate, everyMs, isCalibration });
      begun.push(series(ports, candidate, { first, limitMs }));
    }
  }
  return begun.length === 0 ? undefined : { end: (withinMs) => endAll(ports, begun, withinMs) };
}

/** A probe and those that confirm it. */
function series(
  ports: LookPorts,
  candidate: Candidate,
  { first, limitMs }: { readonly first: Begin; readonly limitMs: number },
): Series {
  let probe: Probe | undefined;
  let isStopped = false;
  const run = async (): Promise<readonly ProbeRecord[]> => {
    const records: ProbeRecord[] = [];
    for (let begin: Begin | undefined = first; begin !== undefined && !isStopped; ) {
      probe = await begin();
      if (probe === undefined) {
        break;
      }
      // The claim may take longer than there was time for the probe.
      if (isStopped) {
        probe.stop();
      }
      const record = await probe.done;
      records.push(record);
      // Others are to know of it now, and not when the request has ended.
      await ports.statistics.flush();
      begin = confirmation(ports, candidate, { record, isFirst: records.length === 1, limitMs });
    }
    return records;
  };
  return {
    done: run(),
    stop: () => {
      isStopped = true;
      probe?.stop();
    },
  };
}

/** The probe that is to follow one that was answered: `undefined` where it has told enough. */
function confirmation(
  ports: LookPorts,
  candidate: Candidate,
  { record, isFirst, limitMs }: { readonly record: ProbeRecord; readonly isFirst: boolean; readonly limitMs: number },
): Begin | undefined {
  if (record.ttftMs === undefined) {
    return undefined;
  }
  const standing = ports.statistics.look(candidate.deployment.id);
  if (standing.ejection?.answers !== undefined && standing.state === 'due') {
    return () => afterCooldown(ports, { ...candidate, standing });
  }
  const estimate = estimateAtPrompt(standing.estimate, candidate.promptFactor);
  const isToConfirm =
    isFirst &&
    standing.state === 'healthy' &&
    candidate.state === 'healthy' &&
    isPromising({ ...candidate, standing: { ...standing, estimate } }, limitMs);
  // Unless somebody has looked since.
  const everyMs = Math.floor(ports.clock.nowMs() - record.startedAtMs);
  return isToConfirm ? () => look(ports, { candidate, everyMs, isCalibration: false }) : undefined;
}

async function afterCooldown(ports: LookPorts, { deployment, standing }: Candidate): Promise<Probe | undefined> {
  const { ejection } = standing;
  const isClaimed = ejection !== undefined && (await ports.statistics.claimProbe(deployment.id, ejection));
  return isClaimed ? startProbe(deployment, { ...ports, timeouts: ports.config.timeouts }, {}) : undefined;
}

async function look(
  ports: LookPorts,
  { candidate: { deployment, expectedTtftMs }, everyMs, isCalibration }: DueLook,
): Promise<Probe | undefined> {
  const isClaimed = await ports.statistics.claimLook(deployment.id, everyMs);
  const known = isCalibration ? { trafficMs: expectedTtftMs } : {};
  return isClaimed ? startProbe(deployment, { ...ports, timeouts: ports.config.timeouts }, known) : undefined;
}

async function endAll(
  { clock }: Pick<LookPorts, 'clock'>,
  begun: readonly Series[],
  withinMs: number,
): Promise<readonly ProbeRecord[]> {
  const cancel = clock.after(withinMs, () => {
    for (const { stop } of begun) {
      stop();
    }
  });
  const records = await Promise.all(begun.map(({ done }) => done));
  cancel();
  return records.flat();
}
