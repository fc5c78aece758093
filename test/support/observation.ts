import fc from 'fast-check';
import type { Observation } from '../../functions/gateway/core/statistics/observation.ts';

export const HALF_LIFE_MS = 60_000;
export const SCALE = { halfLifeMs: HALF_LIFE_MS };
export const EPOCH_MS = 16 * HALF_LIFE_MS;
/** The landmark of some epoch. */
export const EPOCH_START_MS = 1_800_000 * EPOCH_MS;

/** A success of which only the end is known, at the landmark of an epoch. What a test changes is what it is about. */
export function observation(change: Partial<Observation> = {}): Observation {
  return { deployment: 'a', atMs: EPOCH_START_MS, outcome: 'succeeded', ...change };
}

/** Any observation within two epochs. */
export const anyObservation: fc.Arbitrary<Observation> = fc
  .record({
    atMs: fc.integer({ min: EPOCH_START_MS, max: EPOCH_START_MS + 2 * EPOCH_MS - 1 }),
    ttftMs: fc.double({ min: 0, max: 120_000, noNaN: true }),
    restMs: fc.double({ min: 0, max: 120_000, noNaN: true }),
    form: fc.constantFrom('complete' as const, 'failed' as const, 'waited' as const),
    extra: fc.constantFrom('hedge' as const, 'retry' as const, undefined),
    inputTokens: fc.nat({ max: 200_000 }),
    outputTokens: fc.nat({ max: 32_000 }),
  })
  .map(({ atMs, ttftMs, restMs, form, extra, inputTokens, outputTokens }) => {
    const why = extra === undefined ? {} : { extra };
    if (form === 'complete') {
      return observation({ atMs, ttftMs, totalMs: ttftMs + restMs, inputTokens, outputTokens, ...why });
    }
    return form === 'failed'
      ? observation({ atMs, outcome: 'failed', ...why })
      : observation({ atMs, outcome: 'given-up', waitedMs: ttftMs, ...why });
  });
