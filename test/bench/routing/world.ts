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
  /** How its usual speed wanders. */
  readonly drift?: Drift;
}

export interface Episode {
  readonly fromMs: number;
  readonly untilMs: number;
  /** `ramp`: slower by and by up to the factor in the middle of the episode, and faster again to its end. */
  readonly kind: 'slow' | 'ramp' | 'failing' | 'silent';
  /** Of a slow one and of a ramp. */
  readonly factor: number;
}

interface Drift {
  /** From exp(-amplitude) to exp(amplitude) times the median. */
  readonly amplitude: number;
  readonly periodMs: number;
  /** 0 to 1. */
  readonly phase: number;
}

export interface World {
  readonly deployments: readonly SimulatedDeployment[];
  readonly fate: (deployment: number, call: number, atMs: number) => Fate;
  /** Expected time to first token now, `Infinity` while it fails: what only an oracle knows. */
  readonly truth: (deployment: number, atMs: number) => number;
}

interface Rhythm {
  readonly everyMs: number;
  readonly lengthMs: number;
}

/** How hard life is. Slow episodes are 4 to 12 times as slow. */
export interface Climate {
  /** One of a hundred calls takes so many times as long. */
  readonly stragglerFactor: number;
  /** Mean time between the ends and beginnings of a deployment's episodes of a kind, and their mean length. */
  readonly rhythms: Readonly<Partial<Record<Episode['kind'], Rhythm>>>;
  /** Spread of the logarithm of a first token's time. @default 0.35 */
  readonly sigma?: number;
  /** Three of a hundred calls take a Pareto-distributed number of times as long, up to 30. */
  readonly heavyTail?: true;
  /** Each deployment's speed wanders on its own. */
  readonly drift?: { readonly amplitude: number; readonly periodMs: number };
}

const HARSH = {
  slow: { everyMs: 240_000, lengthMs: 60_000 },
  failing: { everyMs: 600_000, lengthMs: 30_000 },
  silent: { everyMs: 900_000, lengthMs: 20_000 },
};
const MILD = {
  slow: { everyMs: 600_000, lengthMs: 60_000 },
  failing: { everyMs: 1_800_000, lengthMs: 30_000 },
  silent: { everyMs: 1_200_000, lengthMs: 20_000 },
};

export const CLIMATES = {
  /** Nothing ever happens. */
  calm: { stragglerFactor: 2, rhythms: {} },
  /** Slow a tenth of the time, failing or silent a thirtieth. */
  mild: { stragglerFactor: 2, rhythms: MILD },
  /** Every deployment is slow a fifth of the time: what a router must live through. */
  harsh: { stragglerFactor: 8, rhythms: HARSH },
  'heavy tails': { stragglerFactor: 2, rhythms: MILD, sigma: 0.6, heavyTail: true },
  'ramps and drift': {
    stragglerFactor: 2,
    rhythms: { ramp: { everyMs: 480_000, lengthMs: 180_000 } },
    drift: { amplitude: 0.4, periodMs: 1_500_000 },
  },
} as const satisfies Record<string, Climate>;

export interface WorldSettings {
  readonly seed: number;
  readonly lengthMs: number;
  readonly climate: Climate;
  readonly mediansMs?: readonly number[];
  /** Deployments of one number belong to one vendor: they share its episodes. @default each its own */
  readonly vendors?: readonly number[];
  /** By deployment: what becomes of it, instead of what the climate would make of it. @default chance decides */
  readonly lives?: readonly (readonly Episode[])[];
}

const MEDIANS_MS = [400, 480, 600, 800];
const SIGMA = 0.35;
const STRAGGLER_SHARE = 0.01;
const HEAVY_SHARE = 0.03;
const HEAVY_MOST = 30;
const FAIL_SHARE = 0.9;
const FAIL_AFTER_MS = 60;
const EPISODE_KINDS = ['slow', 'ramp', 'failing', 'silent'] as const;

export function makeWorld({ seed, lengthMs, climate, mediansMs = MEDIANS_MS, vendors, lives }: WorldSettings): World {
  const random = seededRandom(seed);
  const deployments = mediansMs.map((medianMs, index): SimulatedDeployment => {
    const found =
      lives?.[index] ?? EPISODE_KINDS.flatMap((kind) => episodes(climate.rhythms[kind], { kind, lengthMs, random }));
    const id = `vendor-${index}/model`;
    return climate.drift === undefined
      ? { id, medianMs, episodes: found }
      : { id, medianMs, episodes: found, drift: { ...climate.drift, phase: random() } };
  });
  const lived = deployments.map((deployment, index) => ({
    ...deployment,
    episodes: deployments[vendors?.indexOf(vendors[index] ?? -1) ?? index]?.episodes ?? [],
  }));
  return {
    deployments: lived,
    fate: (deployment, call, atMs) =>
      fateOf(lived[deployment]!, { random: seededRandom(seed * 7919 + call * 31 + deployment), climate }, atMs),
    truth: (deployment, atMs) => truthOf(lived[deployment]!, atMs),
  };
}

function episodes(
  rhythm: Rhythm | undefined,
  { kind, lengthMs, random }: { kind: Episode['kind']; lengthMs: number; random: () => number },
): Episode[] {
  if (rhythm === undefined) {
    return [];
  }
  const found: Episode[] = [];
  for (let atMs = exponential(rhythm.everyMs, random); atMs < lengthMs; atMs += exponential(rhythm.everyMs, random)) {
    const untilMs = atMs + exponential(rhythm.lengthMs, random);
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
  return now.find(({ kind }) => kind === 'failing' || kind === 'silent') ?? now[0];
}

/** How many times as slow as its median it is now. */
function slownessOf({ drift }: SimulatedDeployment, episode: Episode | undefined, atMs: number): number {
  const drifted =
    drift === undefined ? 1 : Math.exp(drift.amplitude * Math.sin(2 * Math.PI * (atMs / drift.periodMs + drift.phase)));
  if (episode?.kind !== 'ramp') {
    return drifted * (episode?.kind === 'slow' ? episode.factor : 1);
  }
  const share = (atMs - episode.fromMs) / (episode.untilMs - episode.fromMs);
  return drifted * (1 + (episode.factor - 1) * (1 - Math.abs(2 * share - 1)));
}

function fateOf(
  deployment: SimulatedDeployment,
  { random, climate }: { random: () => number; climate: Climate },
  atMs: number,
): Fate {
  const episode = current(deployment, atMs);
  const [luck, u, v, straggles, heavy] = [random(), random(), random(), random() < STRAGGLER_SHARE, random()];
  if (episode?.kind === 'silent') {
    return { kind: 'silent' };
  }
  if (episode?.kind === 'failing' && luck < FAIL_SHARE) {
    return { kind: 'fails', afterMs: FAIL_AFTER_MS };
  }
  // Box and Muller.
  const normal = Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
  const isHeavy = climate.heavyTail === true && heavy < HEAVY_SHARE;
  const straggling = (straggles ? climate.stragglerFactor : 1) * (isHeavy ? heavyFactor(random()) : 1);
  const luckFactor = Math.exp((climate.sigma ?? SIGMA) * normal) * straggling;
  return { kind: 'answers', ttftMs: deployment.medianMs * luckFactor * slownessOf(deployment, episode, atMs) };
}

/** Pareto with exponent 1.2, from 2 on. */
function heavyFactor(luck: number): number {
  return Math.min(HEAVY_MOST, 2 * (1 - luck) ** (-1 / 1.2));
}

function truthOf(deployment: SimulatedDeployment, atMs: number): number {
  const episode = current(deployment, atMs);
  if (episode?.kind === 'silent' || episode?.kind === 'failing') {
    return Number.POSITIVE_INFINITY;
  }
  return deployment.medianMs * slownessOf(deployment, episode, atMs);
}
