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
  /** The one that is under way. */
  probe?: Probe | undefined;
  /** It is hung up on, and no other begins. */
  isStopped: boolean;
}

/** A probe that is to be made where this request is the one in the fleet that makes it. */
type Asked = ({ readonly kind: 'look' } & DueLook) | { readonly kind: 'after-cooldown'; readonly candidate: Candidate };

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
  const asked: Asked[] = [];
  const due = dueProbe(plan, route);
  if (due !== undefined && !due.standing.breaksAnswers) {
    asked.push({ kind: 'after-cooldown', candidate: due });
  }
  for (const look of dueLooks(plan, route, settings)) {
    if (ports.clock.nowMs() - look.candidate.standing.lookedAtMs >= look.everyMs) {
      asked.push({ kind: 'look', ...look });
    }
  }
  if (asked.length === 0) {
    return undefined;
  }
  const all = asked.map((first) => {
    const series: Series = { isStopped: false };
    const done = runSeries(ports, series, { first, plan, route });
    // A bug is told at the end. Until then nobody listens, and it would take the process down.
    done.catch(() => undefined);
    return { series, done };
  });
  return {
    end: async (withinMs) => {
      const cancel = ports.clock.after(withinMs, () => {
        for (const { series } of all) {
          series.isStopped = true;
          series.probe?.stop();
        }
      });
      const records = await Promise.all(all.map(({ done }) => done));
      cancel();
      return records.flat();
    },
  };
}

/** What a series begins with, and the plan that it was asked for beside. */
interface Begun {
  readonly first: Asked;
  readonly plan: Plan;
  readonly route: Route;
}

/** A probe and those that confirm it. */
async function runSeries(ports: LookPorts, series: Series, begun: Begun): Promise<readonly ProbeRecord[]> {
  const records: ProbeRecord[] = [];
  for (let asked: Asked | undefined = begun.first; asked !== undefined && !series.isStopped; ) {
    const probe = await begin(ports, asked);
    if (probe === undefined) {
      break;
    }
    series.probe = probe;
    // The claim may take longer than there was time for the probe.
    if (series.isStopped) {
      probe.stop();
    }
    const record = await probe.done;
    records.push(record);
    // Others are to know of it now, and not when the request has ended.
    await ports.statistics.flush();
    asked = record.ttftMs === undefined ? undefined : confirmation(ports, begun, record, records.length === 1);
  }
  return records;
}

async function begin(ports: LookPorts, asked: Asked): Promise<Probe | undefined> {
  const { statistics, config } = ports;
  const { deployment, standing, expectedTtftMs } = asked.candidate;
  const claim =
    asked.kind === 'look'
      ? statistics.claimLook(deployment.id, asked.everyMs)
      : standing.ejection !== undefined && statistics.claimProbe(deployment.id, standing.ejection);
  const isCalibration = asked.kind === 'look' && asked.isCalibration;
  return (await claim)
    ? startProbe(
        deployment,
        { ...ports, timeouts: config.timeouts },
        isCalibration ? { trafficMs: expectedTtftMs } : {},
      )
    : undefined;
}

/** The probe that is to follow one that was answered: `undefined` where it has told enough. */
function confirmation(
  ports: LookPorts,
  { first: { candidate }, plan, route }: Begun,
  { startedAtMs }: ProbeRecord,
  isFirst: boolean,
): Asked | undefined {
  const standing = ports.statistics.look(candidate.deployment.id);
  if (standing.ejection?.answers !== undefined && standing.state === 'due') {
    return { kind: 'after-cooldown', candidate: { ...candidate, standing } };
  }
  const estimate = estimateAtPrompt(standing.estimate, candidate.promptFactor);
  const isToConfirm =
    isFirst &&
    standing.state === 'healthy' &&
    candidate.state === 'healthy' &&
    isPromising({ ...candidate, standing: { ...standing, estimate } }, amongBestMs(plan, route));
  // Unless somebody has looked since.
  const everyMs = Math.floor(ports.clock.nowMs() - startedAtMs);
  return isToConfirm ? { kind: 'look', candidate, everyMs, isCalibration: false } : undefined;
}
