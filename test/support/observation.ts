import {
  type DecayedSums,
  type DecayScale,
  epochAt,
  RunningSums,
  weightAt,
} from '../../functions/gateway/core/statistics/forward-decay.ts';
import type { Lesson, Observation } from '../../functions/gateway/core/statistics/observation.ts';
import { countsOf, type Pace, type Sums, sumsOf } from '../../functions/gateway/core/statistics/sums.ts';
import { together } from '../../functions/gateway/core/status/rollup-ledger.ts';
import fc from './property.ts';

/** The sums of several, name by name. */
export function addSums(...all: readonly Sums[]): Sums {
  return together(all);
}

/** The sums of several epochs at an instant. */
export function decayedSums(epochs: ReadonlyMap<number, Sums>, nowMs: number, scale: DecayScale): DecayedSums {
  const running = new RunningSums(scale);
  for (const [epoch, sums] of epochs) {
    running.add(epoch, sums);
  }
  return running.at(nowMs);
}

export const HALF_LIFE_MS = 60_000;
export const SCALE = { halfLifeMs: HALF_LIFE_MS };
export const SCALES = { lasting: SCALE, recent: { halfLifeMs: 8000 }, usual: { halfLifeMs: 30 * HALF_LIFE_MS } };
export const EPOCH_MS = 16 * HALF_LIFE_MS;
/** The landmark of an epoch of either memory. */
export const EPOCH_START_MS = 1_800_000 * EPOCH_MS;

type Place = Pick<Observation, 'deployment' | 'startedAtMs' | 'atMs'>;

/** A lesson about deployment `a` at the landmark of an epoch, of an attempt that began just then. What a test changes is what it is about. */
export function observation(lesson: Lesson = { kind: 'refused' }, place: Partial<Place> = {}): Observation {
  const { deployment = 'a', atMs = EPOCH_START_MS, startedAtMs = atMs } = place;
  return { deployment, atMs, startedAtMs, ...lesson };
}

const anyMs = fc.double({ min: 0, max: 120_000, noNaN: true });
const anyExtra = fc.constantFrom<{ readonly extra?: 'hedge' | 'retry' }>({}, { extra: 'hedge' }, { extra: 'retry' });

/** Any lesson. */
export const anyLesson: fc.Arbitrary<Lesson> = fc.oneof(
  fc.tuple(anyMs, anyExtra).map(([ttftMs, why]): Lesson => ({ kind: 'first-token', ttftMs, ...why })),
  anyExtra.map((why): Lesson => ({ kind: 'failed', ...why })),
  fc.tuple(anyMs, anyExtra).map(([waitedMs, why]): Lesson => ({ kind: 'failed', waitedMs, ...why })),
  fc.tuple(anyMs, anyExtra).map(([waitedMs, why]): Lesson => ({ kind: 'given-up', waitedMs, ...why })),
  anyExtra.map((why): Lesson => ({ kind: 'refused', ...why })),
  anyMs.map((waitedMs): Lesson => ({ kind: 'late', waitedMs })),
  fc
    .record({ ttftMs: anyMs, restMs: anyMs, inputTokens: fc.nat(200_000), outputTokens: fc.nat(32_000) })
    .map(({ restMs, ...answer }): Lesson => ({ kind: 'answered', totalMs: answer.ttftMs + restMs, ...answer })),
  fc.constant<Lesson>({ kind: 'cut' }),
  fc.tuple(anyMs, anyMs).map(([probeMs, trafficMs]): Lesson => ({ kind: 'calibrated', probeMs, trafficMs })),
);

/** Any observation within two epochs. */
export const anyObservation: fc.Arbitrary<Observation> = fc
  .tuple(anyLesson, fc.integer({ min: EPOCH_START_MS, max: EPOCH_START_MS + 2 * EPOCH_MS - 1 }))
  .map(([lesson, atMs]) => observation(lesson, { atMs }));

/** The sums that one writer of all of these makes in one memory, by epoch; each stands for `times` observations. */
export function epochsOf(
  all: readonly Observation[],
  { pace = 'lasting', times = 1 }: { readonly pace?: Pace; readonly times?: number } = {},
): ReadonlyMap<number, Sums> {
  const epochs = new Map<number, Sums>();
  for (const one of all) {
    const epoch = epochAt(one.atMs, SCALES[pace]);
    const sums = sumsOf(countsOf(one), weightAt(one.atMs, SCALES[pace], times), pace);
    epochs.set(epoch, addSums(epochs.get(epoch) ?? new Map(), sums));
  }
  return epochs;
}
