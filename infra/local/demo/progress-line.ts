import { secondsText } from './demo-table.ts';
import { type Outage, outageName } from './outages.ts';
import { type DemoRun, runSummary } from './run-summary.ts';

export interface Progress {
  readonly passedMs: number;
  readonly forMs: number;
  readonly outages: readonly Outage[];
  readonly runs: readonly DemoRun[];
}

/** How it stands, in one line: the time, what the runs have come to (broken: failed or cut off; p99 of the time to first token), and who is bad now. */
export function progressLine({ passedMs, forMs, outages, runs }: Progress): string {
  const bad = outages.filter(({ fromMs, untilMs }) => fromMs <= passedMs && passedMs < untilMs).map(outageName);
  const time = `${Math.floor(Math.min(passedMs, forMs) / 1000)}/${Math.round(forMs / 1000)} s`;
  return [time, ...runs.map(runText), bad.length === 0 ? 'all healthy' : bad.join(', ')].join(' | ');
}

function runText(run: DemoRun): string {
  const { calls, failed, cut, ttftMs } = runSummary(run);
  return `${run.name} ${failed + cut}/${calls} broken, p99 ${secondsText(ttftMs.p99)}`;
}
