/** `npm run demo`: the same calls through three gateways at the same time, one pinned to a provider, one routed, one that mends cut streams too. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemClock } from '../../../functions/gateway/adapters/system-clock.ts';
import type { RequestRecord } from '../../../functions/gateway/core/model/request-record.ts';
import { type CallOutcome, loadCall } from '../load-call.ts';
import { seededRandom } from '../simulated/seeded-random.ts';
import { DEMO_USAGE, type DemoOptions, demoOptions, OptionError } from './demo-options.ts';
import { demoPlot } from './demo-plot.ts';
import { type DemoSystem, ROUTE, startDemoSystem } from './demo-system.ts';
import { demoTable } from './demo-table.ts';
import { type Outage, outagesWithin } from './outages.ts';
import { progressLine } from './progress-line.ts';
import { type DemoRun, runSummary } from './run-summary.ts';
import { runTraffic } from './run-traffic.ts';
import { showProgress } from './show-progress.ts';
import { steadyArrivals } from './steady-arrivals.ts';

/** Whom the simulation makes the fastest in its first minutes: whoever pins one pins this. */
const PINNED_VENDOR = 'google';
const CALLS_PER_SECOND = 5;
/** About what the last calls take. */
const LAST_ANSWERS_SECONDS = 3;
const NAMES = ['pinned', 'routed', 'continued'] as const satisfies readonly DemoRun['name'][];
const NOTE =
  'failed: no first token; cut: the provider died in the middle of the answer. TTFT of calls with a first token; p50 of all: of every call, one without a first token counted as the latest; total of whole answers. continued: with "onStreamCut": "continue".';

interface Side {
  readonly system: DemoSystem;
  readonly run: DemoRun;
  readonly outcomes: CallOutcome[];
}

try {
  const words = process.argv.slice(2);
  await (words.includes('--help') ? console.log(DEMO_USAGE) : demo(demoOptions(words)));
} catch (error) {
  if (!(error instanceof OptionError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
}

async function demo(options: DemoOptions): Promise<void> {
  console.error(
    `The same calls for ${options.seconds} s through three gateways: pinned to one provider, routed, and routed with cut streams continued. All on this machine, simulated. Ends at about ${endsAt(options.seconds)}.`,
  );
  const sides = await Promise.all(NAMES.map((name) => startSide(name, options)));
  const runs = sides.map(({ run }) => run);
  const forMs = options.seconds * 1000;
  const outages = outagesWithin(forMs);
  const startedAtMs = systemClock.nowMs();
  const stopShowing = showProgress(process.stderr, systemClock, () =>
    progressLine({ passedMs: systemClock.nowMs() - startedAtMs, forMs, outages, runs }),
  );
  const arrivals = steadyArrivals(CALLS_PER_SECOND, forMs, seededRandom(options.seed));
  await Promise.all(sides.map((side) => runSide(side, arrivals, outages)));
  stopShowing();
  await Promise.all(sides.map(({ system }) => system.close()));
  report(options, { startedAtMs, forMs, outages, runs });
}

function endsAt(seconds: number): string {
  return new Date(systemClock.nowMs() + (seconds + LAST_ANSWERS_SECONDS) * 1000).toTimeString().slice(0, 8);
}

async function startSide(name: DemoRun['name'], { seed }: DemoOptions): Promise<Side> {
  const records: RequestRecord[] = [];
  const outcomes: CallOutcome[] = [];
  const onStreamCut = name === 'continued' ? 'continue' : 'error';
  const system = await startDemoSystem({ seed, onStreamCut, onRecord: (record) => records.push(record) });
  const vendor = system.providers.vendors.find((other) => other.name === PINNED_VENDOR);
  const model = name === 'pinned' ? `${PINNED_VENDOR}/${vendor?.model}` : ROUTE;
  return { system, outcomes, run: { name, model, outcomes, records } };
}

function runSide({ system, run, outcomes }: Side, arrivals: readonly number[], outages: readonly Outage[]) {
  const { openai, providers } = system;
  return runTraffic({
    clock: systemClock,
    arrivals,
    outages,
    call: (index) =>
      loadCall({ openai, clock: systemClock, model: run.model, question: `Question ${index}: what is new?` }),
    begin: ({ vendor, condition }) => providers.setCondition(vendor, condition),
    end: ({ vendor }) => providers.setCondition(vendor, { kind: 'healthy' }),
    onOutcome: (outcome) => outcomes.push(outcome),
  });
}

function report({ out, json, seed, seconds }: DemoOptions, plot: Parameters<typeof demoPlot>[0]): void {
  const file = resolve(out);
  // First tokens are the same where streams are continued: the plot shows them once.
  writeFileSync(file, demoPlot({ ...plot, runs: plot.runs.filter(({ name }) => name !== 'continued') }));
  if (json) {
    const runs = plot.runs.map((run) => ({ name: run.name, model: run.model, ...runSummary(run) }));
    console.log(JSON.stringify({ seed, seconds, outages: plot.outages, runs, plot: file }, null, 2));
  } else {
    console.log(`${demoTable(plot.runs)}\n\n${NOTE}\nPlot: ${file}`);
  }
}
