import { type Outage, outagesWithin } from '../../../infra/local/demo/outages.ts';
import { percentile } from '../../../infra/local/demo/percentile.ts';
import { steadyArrivals } from '../../../infra/local/demo/steady-arrivals.ts';
import { drawPace, medianAt } from '../../../infra/local/simulated/latency-model.ts';
import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';
import { VENDOR_LATENCIES, type VendorName } from '../../../infra/local/simulated/simulated-providers.ts';
import { playOurs } from './ours.ts';
import { promiseLine } from './targets.ts';
import type { WorkloadRequest } from './workload.ts';
import type { Fate, World } from './world.ts';

/** The minute of `npm run demo` at virtual time, with the luck of one seed. Times in milliseconds. */
export interface DemoPlay {
  /** Of the calls that were answered, as the demo counts. */
  readonly pinnedP50: number;
  readonly oracleP50: number;
  readonly oracleP99: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

/** The first is the one that is pinned. */
const NAMES = ['google', 'openai', 'anthropic'] as const satisfies readonly VendorName[];
const LENGTH_MS = 60_000;
const CALLS_PER_SECOND = 5;
const REFUSED_AFTER_MS = 2;

/** Plays the demo's calls pinned, by an oracle and by the gateway. */
export async function playDemo(seed: number): Promise<DemoPlay> {
  const world = demoWorld(seed);
  const requests = steadyArrivals(CALLS_PER_SECOND, LENGTH_MS, seededRandom(seed)).map(
    (atMs, call): WorkloadRequest => ({ call, conversation: call, atMs }),
  );
  const met = (deployment: number, { call, atMs }: WorkloadRequest): number => {
    const fate = world.fate(deployment, call, atMs);
    return fate.kind === 'answers' ? fate.ttftMs : Infinity;
  };
  const pinned = requests.map((request) => met(0, request)).filter(Number.isFinite);
  const best = ({ atMs }: WorkloadRequest): number => {
    const truths = NAMES.map((_, deployment) => world.truth(deployment, atMs));
    return truths.indexOf(Math.min(...truths));
  };
  const oracle = requests.map((request) => met(best(request), request));
  const { outcomes } = await playOurs({ world, requests, instances: 1, hedge: true, seed });
  const ours = outcomes.map(({ ttftMs }) => ttftMs);
  const of = (values: readonly number[], percent: number): number => percentile(values, percent) ?? Number.NaN;
  return {
    pinnedP50: of(pinned, 50),
    oracleP50: of(oracle, 50),
    oracleP99: of(oracle, 99),
    p50: of(ours, 50),
    p99: of(ours, 99),
    failed: outcomes.filter(({ failed }) => failed).length,
  };
}

function demoWorld(seed: number): World {
  const outages = outagesWithin(LENGTH_MS);
  const outageOf = (deployment: number, atMs: number): Outage | undefined =>
    outages.find(({ vendor, fromMs, untilMs }) => vendor === NAMES[deployment] && fromMs <= atMs && atMs < untilMs);
  const slowness = (outage: Outage | undefined): number =>
    outage?.condition.kind === 'slow' ? outage.condition.factor : 1;
  const latencyOf = (deployment: number) => VENDOR_LATENCIES[NAMES[deployment] ?? 'google'];
  return {
    deployments: NAMES.map((name) => ({
      id: `${name}/model`,
      medianMs: VENDOR_LATENCIES[name].medianTtftMs,
      episodes: [],
    })),
    truth: (deployment, atMs) => {
      const outage = outageOf(deployment, atMs);
      return outage?.condition.kind === 'down' ? Infinity : medianAt(latencyOf(deployment), atMs) * slowness(outage);
    },
    fate: (deployment, call, atMs): Fate => {
      const outage = outageOf(deployment, atMs);
      const random = seededRandom(seed * 7919 + call * 31 + deployment);
      return outage?.condition.kind === 'down'
        ? { kind: 'fails', afterMs: REFUSED_AFTER_MS }
        : { kind: 'answers', ttftMs: drawPace(latencyOf(deployment), atMs, random).ttftMs * slowness(outage) };
    },
  };
}

/** The rows of the demo's promises, each the mean over the seeds. */
export async function demoLines(seeds: readonly number[]): Promise<readonly string[]> {
  const plays: DemoPlay[] = [];
  for (const seed of seeds) {
    plays.push(await playDemo(seed));
  }
  const mean = (pick: (play: DemoPlay) => number): number =>
    plays.reduce((sum, play) => sum + pick(play), 0) / plays.length;
  const oracle = mean((play) => play.oracleP50 / play.pinnedP50).toFixed(3);
  const [p99, oracleP99] = [mean((play) => play.p99) / 1000, mean((play) => play.oracleP99) / 1000];
  const failed = mean((play) => play.failed);
  return [
    promiseLine(
      `demo, ${plays.length} times: p50 against pinned (an oracle's: ${oracle})`,
      mean((play) => play.p50 / play.pinnedP50),
      1.05,
    ),
    promiseLine(`demo: p99 in seconds (an oracle's: ${oracleP99.toFixed(2)})`, p99, 1.5),
    promiseLine('demo: failed calls', failed, 0),
  ];
}
