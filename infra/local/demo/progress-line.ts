import { secondsText } from './demo-table.ts';
import { type Outage, outageName } from './outages.ts';
import { type DemoRun, runSummary } from './run-summary.ts';

export interface Progress {
  readonly passedMs: number;
  readonly forMs: number;
  readonly outages: readonly Outage[];
  readonly runs: readonly DemoRun[];
}

/** How it stands, in one line: the time, what is bad now, and what both runs have come to. */
export function progressLine({ passedMs, forMs, outages, runs }: Progress): string {
  const bad = outages.filter(({ fromMs, untilMs }) => fromMs <= passedMs && passedMs < untilMs).map(outageName);
  const time = `${Math.floor(Math.min(passedMs, forMs) / 1000)} of ${Math.round(forMs / 1000)} s`;
  return [time, bad.length === 0 ? 'all healthy' : bad.join(', '), ...runs.map(runText)].join(' | ');
}

function runText(run: DemoRun): string {
  const { calls, failed, cut, ttftMs } = runSummary(run);
  return `${run.name}: ${calls} calls, ${failed + cut} failed, TTFT p99 ${secondsText(ttftMs.p99)}`;
}
