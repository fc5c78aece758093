import { describeFailure } from '../../functions/gateway/core/model/attempt-failure.ts';
import type { Clock } from '../../functions/gateway/core/model/clock.ts';
import type { ProbeRecord } from '../../functions/gateway/core/model/probe-record.ts';
import { operatorsFault } from '../../functions/gateway/core/model/vendor-text.ts';
import type { ProbeRun } from '../../functions/probe/core/prober.ts';
import { ConfigError } from './local-config.ts';

export interface LocalProberOptions {
  /** Makes one run. */
  readonly run: () => Promise<ProbeRun>;
  /** From the end of a run to the next; the first comes after as long. `undefined`: never. */
  readonly everyMs: number | undefined;
  readonly clock: Clock;
  readonly onRun: (run: ProbeRun) => void;
}

/**
 * Runs the prober on a timer. The result stops it: no run follows, and nobody hears of one that is under way, which would hold up the end
 * for as long as a silent provider is waited for. What it would have taught dies with the database in memory anyway.
 */
export function startLocalProber({ run, everyMs, clock, onRun }: LocalProberOptions): () => void {
  let isStopped = everyMs === undefined;
  let cancel: (() => void) | undefined;
  const runOnce = async (): Promise<void> => {
    const done = await run();
    if (!isStopped) {
      onRun(done);
      wait();
    }
  };
  const wait = (): void => {
    cancel = clock.after(everyMs ?? 0, () => void runOnce());
  };
  if (!isStopped) {
    wait();
  }
  return () => {
    isStopped = true;
    cancel?.();
  };
}

/** Simulated providers cost nothing: they are probed as often as in production. */
const SIMULATED_SECONDS = 60;
const MAX_SECONDS = 3600;

/**
 * The interval from the variable NEMO_PROBE_SECONDS: whole seconds, or `off`. Without it, real providers are never probed: nobody's money is
 * spent who has not asked for it, whatever the file says of AWS. Throws `ConfigError`.
 */
export function probeIntervalMs(setting: string | undefined, isSimulated: boolean): number | undefined {
  if (setting === undefined || setting === '') {
    return isSimulated ? SIMULATED_SECONDS * 1000 : undefined;
  }
  if (setting === 'off') {
    return undefined;
  }
  const seconds = Number(setting);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_SECONDS) {
    throw new ConfigError(
      `NEMO_PROBE_SECONDS must be off or a whole number from 1 to ${MAX_SECONDS}; it is ${JSON.stringify(setting)}.`,
    );
  }
  return seconds * 1000;
}

/** One run in one line for people; `undefined` where nobody was asked. */
export function probeRunLine({ records }: ProbeRun): string | undefined {
  return records.length === 0 ? undefined : `probed  ${records.map(probeText).join('  ')}`;
}

function probeText({ deployment, failure, ttftMs, totalMs }: ProbeRecord): string {
  const said = failure === undefined ? undefined : operatorsFault(failure)?.vendorMessage;
  const outcome = failure === undefined ? '' : ` ${describeFailure(failure)}${said === undefined ? '' : `: ${said}`}`;
  return `${deployment.id}${outcome} ${Math.round(ttftMs ?? totalMs)} ms`;
}
