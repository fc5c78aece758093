import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';
import { type Baseline, meanOfLastTen, oracle, orderedFallback, pinned, playBaseline } from './baselines.ts';
import { type OursOptions, playOurs } from './ours.ts';
import { meanSummary, type Summary, summarise } from './outcome.ts';
import { type CacheSettings, NO_CACHES, vendorCaches } from './vendor-caches.ts';
import type { WorkloadRequest } from './workload.ts';
import type { World } from './world.ts';

/** One seed's world and workload. */
export interface Play {
  readonly seed: number;
  readonly world: World;
  readonly requests: readonly WorkloadRequest[];
}

/** What the plays of one setting share. */
export interface Setting {
  readonly plays: readonly Play[];
  readonly instances: number;
  readonly caches?: CacheSettings;
  readonly vendors?: readonly number[];
  readonly settings?: object;
}

const BASELINES = {
  pinned: () => [pinned()],
  'ordered fallback, 30 s time-out': ({ world }) => [orderedFallback(world.deployments.length)],
  'mean of the last ten': ({ world, seed }, instances) =>
    Array.from({ length: instances }, (_, index) =>
      meanOfLastTen(world.deployments.length, seededRandom(seed + index)),
    ),
  oracle: ({ world }) => [oracle(world)],
} as const satisfies Record<string, (play: Play, instances: number) => readonly Baseline[]>;

export type BaselineName = keyof typeof BASELINES;

/** A common policy's row, the mean over the plays. */
export function baselineSummary(name: BaselineName, { plays, instances, caches = NO_CACHES }: Setting): Summary {
  return meanSummary(
    plays.map((play) => {
      const baselines: readonly Baseline[] = BASELINES[name](play, instances);
      const vendor = vendorCaches(caches);
      return summarise(
        play.requests.map((request) =>
          playBaseline({ world: play.world, caches: vendor }, baselines[request.call % baselines.length]!, request),
        ),
      );
    }),
  );
}

/** The gateway's row, the mean over the plays. */
export async function ourSummary({ plays, ...shared }: Setting, hedge: boolean): Promise<Summary> {
  const summaries: Summary[] = [];
  for (const { world, requests, seed } of plays) {
    const options: OursOptions = { ...shared, world, requests, seed, hedge };
    const played = await playOurs(options);
    summaries.push(summarise(played.outcomes, played));
  }
  return meanSummary(summaries);
}
