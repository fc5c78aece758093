import type { CacheSettings } from './vendor-caches.ts';
import { CLIMATES, type WorldSettings } from './world.ts';

/** One kind of life that routing must cope with. */
export interface Section {
  readonly name: string;
  readonly world: Omit<WorldSettings, 'seed' | 'lengthMs'>;
  /** Calls a second. */
  readonly rates: readonly number[];
  readonly promptTokens?: (turn: number) => number;
  readonly timeoutMs?: number;
  readonly caches?: CacheSettings;
}

const EQUALS_MS = [450, 450, 450, 450];
const FAR_APART_MS = [400, 800, 1600, 3200];
/** What agents and long chats send: every turn takes with it all that was said before. */
const growing = (turn: number): number => 2000 + 3000 * turn;

/** Every section. `changing` and `low traffic` live through what the table in RESULTS.md does. */
export const SECTIONS: readonly Section[] = [
  { name: 'calm, equals', world: { climate: CLIMATES.calm, mediansMs: EQUALS_MS }, rates: [5] },
  { name: 'calm, far apart', world: { climate: CLIMATES.calm, mediansMs: FAR_APART_MS }, rates: [5, 0.3] },
  { name: 'changing, mild', world: { climate: CLIMATES.mild }, rates: [5, 0.3] },
  { name: 'changing, harsh', world: { climate: CLIMATES.harsh }, rates: [5, 0.3] },
  { name: 'low traffic', world: { climate: CLIMATES.mild }, rates: [0.05, 0.1, 0.5] },
  { name: 'heavy tails', world: { climate: CLIMATES['heavy tails'] }, rates: [5] },
  { name: 'two of one vendor', world: { climate: CLIMATES.mild, vendors: [0, 0, 1, 2] }, rates: [5] },
  { name: 'ramps and drift', world: { climate: CLIMATES['ramps and drift'] }, rates: [5, 0.3] },
  {
    name: 'growing prompts with caches',
    world: { climate: CLIMATES.calm, mediansMs: [450, 450, 480, 520] },
    rates: [1],
    promptTokens: growing,
    caches: { doublingTokens: [8000, 8000, 5000, 12_000], caches: [true, true, true, false] },
  },
  {
    name: 'growing prompts with caches, changing',
    world: { climate: CLIMATES.mild },
    rates: [1],
    promptTokens: growing,
    caches: { doublingTokens: [8000, 8000, 5000, 12_000], caches: [true, true, true, false] },
  },
  { name: 'callers who wait 3 s', world: { climate: CLIMATES.mild }, rates: [1], timeoutMs: 3000 },
];
