import { parseArgs } from 'node:util';
import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';
import { type Baseline, meanOfLastTen, oracle, orderedFallback, pinned, playBaseline } from './baselines.ts';
import { playOurs, type WorkloadRequest } from './ours.ts';
import { type Outcome, type Summary, summarise } from './outcome.ts';
import { CLIMATES, type Climate, makeWorld, type World } from './world.ts';

/**
 * Routing policies in simulated worlds: lognormal first-token times, stragglers, slowdowns, failures and silences. Ours is the production
 * gateway at virtual time; the others are what is common. Every policy meets the same episodes and the same luck.
 * `npm run bench:routing` plays everything; `-- --climate mild --rate 5 --instances 1 --minutes 30 --seeds 3` a part.
 */
const { values } = parseArgs({
  options: {
    rate: { type: 'string', multiple: true, default: ['0.5', '5', '50'] },
    instances: { type: 'string', multiple: true, default: ['1', '200'] },
    minutes: { type: 'string', default: '30' },
    seeds: { type: 'string', default: '3' },
    climate: { type: 'string', multiple: true, default: ['mild', 'harsh'] },
    settings: { type: 'string', default: '{}' },
  },
});
const TURNS = 8;
const TURN_EVERY_MS = 15_000;

function workload(rate: number, minutes: number, seed: number): readonly WorkloadRequest[] {
  const random = seededRandom(seed);
  const lengthMs = minutes * 60_000;
  const requests: { conversation: number; atMs: number }[] = [];
  for (let atMs = 0, conversation = 0; atMs < lengthMs; conversation += 1) {
    atMs += (-Math.log(1 - random()) * 1000 * TURNS) / rate;
    for (let turn = 0; turn < TURNS; turn += 1) {
      requests.push({ conversation, atMs: atMs + turn * TURN_EVERY_MS * (0.5 + random()) });
    }
  }
  return requests
    .filter(({ atMs }) => atMs < lengthMs)
    .sort((a, b) => a.atMs - b.atMs)
    .map((request, call) => ({ ...request, call }));
}

function playAll(
  world: World,
  requests: readonly WorkloadRequest[],
  baselines: readonly Baseline[],
): readonly Outcome[] {
  return requests.map((request) => playBaseline(world, baselines[request.call % baselines.length]!, request));
}

function climateOf(name: string): Climate {
  const climates: Readonly<Record<string, Climate>> = CLIMATES;
  const climate = Object.hasOwn(climates, name) ? climates[name] : undefined;
  if (climate === undefined) {
    throw new Error(`--climate must be one of ${Object.keys(CLIMATES).join(', ')}`);
  }
  return climate;
}

function print(name: string, all: readonly Summary[]): void {
  const mean = (pick: (summary: Summary) => number): number =>
    all.reduce((sum, summary) => sum + pick(summary), 0) / all.length;
  const seconds = (pick: (summary: Summary) => number): string => (mean(pick) / 1000).toFixed(2);
  const percent = (pick: (summary: Summary) => number): string => `${(100 * mean(pick)).toFixed(2)} %`;
  console.log(
    `| ${name} | ${seconds(({ p50 }) => p50)} | ${seconds(({ p95 }) => p95)} | ${seconds(({ p99 }) => p99)} | ${percent(({ failedShare }) => failedShare)} | ${mean(({ callsPerRequest }) => callsPerRequest).toFixed(3)} | ${percent(({ switches }) => switches)} | ${percent(({ busiestShare }) => busiestShare)} |`,
  );
}

async function scenario(climate: string, rate: number, instances: number): Promise<void> {
  const minutes = Number(values.minutes);
  const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => 101 + index);
  const plays = seeds.map((seed) => ({
    seed,
    world: makeWorld(seed, minutes * 60_000, climateOf(climate)),
    requests: workload(rate, minutes, seed),
  }));
  const requests = plays.reduce((sum, play) => sum + play.requests.length, 0);
  console.log(
    `\n${climate} climate, ${rate} calls a second, ${instances} instance(s), ${requests} requests over ${seeds.length} x ${minutes} minutes\n`,
  );
  console.log(
    '| policy | p50 s | p95 s | p99 s | failures | calls per request | switches per turn | busiest |\n|---|---|---|---|---|---|---|---|',
  );
  const policies = {
    pinned: () => [pinned()],
    'ordered fallback, 30 s time-out': (world: World) => [orderedFallback(world.deployments.length)],
    'mean of the last ten': (world: World, seed: number) =>
      Array.from({ length: instances }, (_, index) =>
        meanOfLastTen(world.deployments.length, seededRandom(seed + index)),
      ),
  };
  for (const [name, make] of Object.entries(policies)) {
    print(
      name,
      plays.map(({ world, requests: all, seed }) => summarise(playAll(world, all, make(world, seed)))),
    );
  }
  for (const hedge of [false, true]) {
    const summaries: Summary[] = [];
    for (const { world, requests: all, seed } of plays) {
      summaries.push(
        summarise(
          await playOurs({ world, requests: all, instances, hedge, seed, settings: JSON.parse(values.settings) }),
        ),
      );
    }
    print(hedge ? '**ours, hedging**' : '**ours**', summaries);
  }
  print(
    'oracle',
    plays.map(({ world, requests: all }) => summarise(playAll(world, all, [oracle(world)]))),
  );
}

for (const climate of values.climate) {
  for (const rate of values.rate) {
    for (const instances of values.instances) {
      await scenario(climate, Number(rate), Number(instances));
    }
  }
}
