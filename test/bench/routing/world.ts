import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';

/** What one attempt meets. `silent`: nothing ever comes. */
export type Fate =
  | { readonly kind: 'answers'; readonly ttftMs: number }
  | { readonly kind: 'fails'; readonly afterMs: number }
  | { readonly kind: 'silent' };

/** A deployment's life, fixed by the seed: every policy meets the same episodes and the same luck. */
export interface SimulatedDeployment {
  readonly id: string;
  readonly medianMs: number;
  readonly episodes: readonly Episode[];
}

export interface Episode {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly kind: 'slow' | 'failing' | 'silent';
  /** Of a slow one. */
  readonly factor: number;
}

export interface World {
  readonly deployments: readonly SimulatedDeployment[];
  readonly fate: (deployment: number, call: number, atMs: number) => Fate;
  /** Expected time to first token now, `Infinity` while it fails: what only an oracle knows. */
  readonly truth: (deployment: number, atMs: number) => number;
}

/** How hard life is. In both, slow episodes are 4 to 12 times as slow. */
export interface Climate {
  /** One of a hundred calls takes so many times as long. */
  readonly stragglerFactor: number;
  /** Mean time between the ends and beginnings of a deployment's episodes of a kind, and their mean length. */
  readonly rhythms: Readonly<Record<Episode['kind'], { readonly everyMs: number; readonly lengthMs: number }>>;
}

export const CLIMATES = {
  /** Every deployment is slow a fifth of the time: what a router must live through. */
  harsh: {
    stragglerFactor: 8,
    rhythms: {
      slow: { everyMs: 240_000, lengthMs: 60_000 },
      failing: { everyMs: 600_000, lengthMs: 30_000 },
      silent: { everyMs: 900_000, lengthMs: 20_000 },
    },
  },
  /** Slow a tenth of the time, failing or silent a thirtieth. */
  mild: {
    stragglerFactor: 2,
    rhythms: {
      slow: { everyMs: 600_000, lengthMs: 60_000 },
      failing: { everyMs: 1_800_000, lengthMs: 30_000 },
      silent: { everyMs: 1_200_000, lengthMs: 20_000 },
    },
  },
} as const satisfies Record<string, Climate>;

const MEDIANS_MS = [400, 480, 600, 800];
const SIGMA = 0.35;
const STRAGGLER_SHARE = 0.01;
const FAIL_SHARE = 0.9;
const FAIL_AFTER_MS = 60;

export function makeWorld(seed: number, lengthMs: number, climate: Climate = CLIMATES.harsh): World {
  const random = seededRandom(seed);
  const deployments = MEDIANS_MS.map((medianMs, index) => ({
    id: `vendor-${index}/model`,
    medianMs,
    episodes: (['slow', 'failing', 'silent'] as const).flatMap((kind) =>
      episodes(climate.rhythms[kind], { kind, lengthMs, random }),
    ),
  }));
  return {
    deployments,
    fate: (deployment, call, atMs) =>
      fateOf(
        deployments[deployment]!,
        { random: seededRandom(seed * 7919 + call * 31 + deployment), stragglerFactor: climate.stragglerFactor },
        atMs,
      ),
    truth: (deployment, atMs) => truthOf(deployments[deployment]!, atMs),
  };
}

function episodes(
  { everyMs, lengthMs: meanMs }: Climate['rhythms'][Episode['kind']],
  { kind, lengthMs, random }: { kind: Episode['kind']; lengthMs: number; random: () => number },
): Episode[] {
  const found: Episode[] = [];
  for (let atMs = exponential(everyMs, random); atMs < lengthMs; atMs += exponential(everyMs, random)) {
    const untilMs = atMs + exponential(meanMs, random);
    found.push({ fromMs: atMs, untilMs, kind, factor: 4 + 8 * random() });
    atMs = untilMs;
  }
  return found;
}

function exponential(mean: number, random: () => number): number {
  return -mean * Math.log(1 - random());
}

function current({ episodes: all }: SimulatedDeployment, atMs: number): Episode | undefined {
  const now = all.filter(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
  return now.find(({ kind }) => kind !== 'slow') ?? now[0];
}

function fateOf(
  deployment: SimulatedDeployment,
  { random, stragglerFactor }: { random: () => number; stragglerFactor: number },
  atMs: number,
): Fate {
  const episode = current(deployment, atMs);
  const [luck, u, v, straggles] = [random(), random(), random(), random() < STRAGGLER_SHARE];
  if (episode?.kind === 'silent') {
    return { kind: 'silent' };
  }
  if (episode?.kind === 'failing' && luck < FAIL_SHARE) {
    return { kind: 'fails', afterMs: FAIL_AFTER_MS };
  }
  // Box and Muller.
  const normal = Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
  const slowness = (episode?.kind === 'slow' ? episode.factor : 1) * (straggles ? stragglerFactor : 1);
  return { kind: 'answers', ttftMs: deployment.medianMs * Math.exp(SIGMA * normal) * slowness };
}

function truthOf(deployment: SimulatedDeployment, atMs: number): number {
  const episode = current(deployment, atMs);
  if (episode?.kind === 'silent' || episode?.kind === 'failing') {
    return Number.POSITIVE_INFINITY;
  }
  return deployment.medianMs * (episode?.factor ?? 1);
}
