import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';
import { playOurs } from './ours.ts';
import type { Outcome } from './outcome.ts';
import type { WorkloadRequest } from './workload.ts';
import type { World } from './world.ts';

/**
 * How soon a deployment is found that nobody uses and that has become the fastest, and what looking for it costs before. Three deployments
 * are steady at 700, 800 and 900 ms; the fourth takes 3 s for ten minutes and 250 ms from then on. Every call is a conversation of its
 * own. `npm run bench:finding`.
 */
const CHANGE_MS = 600_000;
const END_MS = 1_000_000;
const STEADY_MS = [700, 800, 900];
const NEWCOMER = 3;
const SLOW_MS = 3000;
const FAST_MS = 250;
const SIGMA = 0.35;
const SETTINGS = [
  { rate: 0.5, instances: 1, seeds: 8 },
  { rate: 5, instances: 1, seeds: 8 },
  { rate: 5, instances: 200, seeds: 4 },
  { rate: 50, instances: 1, seeds: 2 },
];
/** Found: of this many calls in a row, that many go there. */
const ROW = 10;
const MOST = 7;

console.log(
  '| calls a second | instances | seconds until most traffic is there: median | slowest | calls to it while it was slow |\n|---|---|---|---|---|',
);
for (const { rate, instances, seeds } of SETTINGS) {
  const plays = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const requests = workload(rate, seed);
    const { outcomes } = await playOurs({ world: changingWorld(seed), requests, instances, hedge: true, seed });
    plays.push({ foundAfterMs: foundAfter(requests, outcomes), wastedShare: wastedShare(requests, outcomes) });
  }
  const found = plays.map(({ foundAfterMs }) => foundAfterMs / 1000).sort((a, b) => a - b);
  const wasted = plays.reduce((sum, play) => sum + play.wastedShare, 0) / plays.length;
  const median = found[Math.floor(found.length / 2)] ?? Number.NaN;
  console.log(
    `| ${rate} | ${instances} | ${median.toFixed(0)} | ${found.at(-1)?.toFixed(0)} | ${(100 * wasted).toFixed(1)} % |`,
  );
}

function workload(rate: number, seed: number): readonly WorkloadRequest[] {
  const random = seededRandom(seed);
  const requests: WorkloadRequest[] = [];
  for (let atMs = 0; atMs < END_MS; atMs += (-Math.log(1 - random()) * 1000) / rate) {
    requests.push({ call: requests.length, conversation: requests.length, atMs });
  }
  return requests;
}

function changingWorld(seed: number): World {
  const truth = (deployment: number, atMs: number): number =>
    STEADY_MS[deployment] ?? (atMs < CHANGE_MS ? SLOW_MS : FAST_MS);
  return {
    deployments: [...STEADY_MS, SLOW_MS].map((medianMs, index) => ({
      id: `vendor-${index}/model`,
      medianMs,
      episodes: [],
    })),
    truth,
    fate: (deployment, call, atMs) => {
      const random = seededRandom(seed * 7919 + call * 31 + deployment);
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      return { kind: 'answers', ttftMs: truth(deployment, atMs) * Math.exp(SIGMA * normal) };
    },
  };
}

function foundAfter(requests: readonly WorkloadRequest[], outcomes: readonly Outcome[]): number {
  const first = requests.findIndex(({ atMs }) => atMs >= CHANGE_MS);
  for (let at = first; at + ROW <= requests.length; at += 1) {
    const there = outcomes.slice(at, at + ROW).filter(({ servedBy }) => servedBy === NEWCOMER).length;
    if (there >= MOST) {
      return (requests[at]?.atMs ?? 0) - CHANGE_MS;
    }
  }
  return Number.POSITIVE_INFINITY;
}

function wastedShare(requests: readonly WorkloadRequest[], outcomes: readonly Outcome[]): number {
  const before = outcomes.filter((_, index) => (requests[index]?.atMs ?? 0) < CHANGE_MS);
  return before.filter(({ servedBy }) => servedBy === NEWCOMER).length / before.length;
}
