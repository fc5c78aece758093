import { promptFactor } from '../../../functions/gateway/core/statistics/estimate.ts';
import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';
import { playOurs } from './ours.ts';
import { type Summary, summarise } from './outcome.ts';
import type { WorkloadRequest } from './workload.ts';
import { CLIMATES, makeWorld, type World } from './world.ts';

/**
 * Whether it pays to remember times to first token for a prompt of the usual size: the worlds of `routing.ts` with prompts of 100 to
 * 100,000 tokens that cost the vendors as much time as they truly do there, with and without it. `npm run bench:prompt-sizes`.
 */
const MINUTES = 30;
const RATE = 5;
const SEEDS = [201, 202, 203, 204];
const MEDIAN_TOKENS = 1000;
const SIGMA = 1.6;
const MAX_TOKENS = 100_000;
/** At how many tokens the vendors truly take twice as long; the setting's default is between. */
const TRUTHS: readonly { readonly name: string; readonly doublingTokens: readonly number[] }[] = [
  { name: 'size does not count', doublingTokens: [0, 0, 0, 0] },
  { name: 'doubling at 20,000', doublingTokens: [20_000, 20_000, 20_000, 20_000] },
  { name: 'doubling at 8,000', doublingTokens: [8000, 8000, 8000, 8000] },
  { name: 'doubling at 3,000', doublingTokens: [3000, 3000, 3000, 3000] },
  { name: 'each vendor another: 3,000 to 20,000', doublingTokens: [3000, 20_000, 8000, 5000] },
];

console.log(
  '| the truth | prompt size | p50 s | p95 s | p99 s | failures | calls per request |\n|---|---|---|---|---|---|---|',
);
for (const { name, doublingTokens } of TRUTHS) {
  for (const promptDoublingTokens of [0, 8000]) {
    const summaries: Summary[] = [];
    for (const seed of SEEDS) {
      const requests = workload(seed);
      const world = withPromptSizes(
        makeWorld({ seed, lengthMs: MINUTES * 60_000, climate: CLIMATES.harsh }),
        requests,
        doublingTokens,
      );
      const settings = { statistics: { promptDoublingTokens } };
      summaries.push(
        summarise((await playOurs({ world, requests, instances: 1, hedge: true, seed, settings })).outcomes),
      );
    }
    print(`${name} | ${promptDoublingTokens === 0 ? 'ignored' : '**counts**'}`, summaries);
  }
}

function workload(seed: number): readonly WorkloadRequest[] {
  const random = seededRandom(seed);
  const requests: WorkloadRequest[] = [];
  for (let atMs = 0; atMs < MINUTES * 60_000; atMs += (-Math.log(1 - random()) * 1000) / RATE) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const promptTokens = Math.min(MAX_TOKENS, Math.round(MEDIAN_TOKENS * Math.exp(SIGMA * normal)));
    requests.push({ call: requests.length, conversation: requests.length, atMs, promptTokens });
  }
  return requests;
}

function withPromptSizes(world: World, requests: readonly WorkloadRequest[], doublingTokens: readonly number[]): World {
  return {
    ...world,
    fate: (deployment, call, atMs) => {
      const fate = world.fate(deployment, call, atMs);
      const factor = promptFactor(requests[call]?.promptTokens ?? 0, doublingTokens[deployment] ?? 0);
      return fate.kind === 'answers' ? { ...fate, ttftMs: fate.ttftMs * factor } : fate;
    },
  };
}

function print(name: string, all: readonly Summary[]): void {
  const mean = (pick: (summary: Summary) => number): number =>
    all.reduce((sum, summary) => sum + pick(summary), 0) / all.length;
  const seconds = (pick: (summary: Summary) => number): string => (mean(pick) / 1000).toFixed(2);
  const failures = (100 * mean(({ failedShare }) => failedShare)).toFixed(2);
  const calls = mean(({ callsPerRequest }) => callsPerRequest).toFixed(3);
  console.log(
    `| ${name} | ${seconds(({ p50 }) => p50)} | ${seconds(({ p95 }) => p95)} | ${seconds(({ p99 }) => p99)} | ${failures} % | ${calls} |`,
  );
}
