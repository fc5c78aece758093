import type { KeyLimits } from '../model/key-limits.ts';
import type { Account } from './account.ts';
import { remainingUnits, toMicroseconds } from './meter.ts';

/** One rate limit as it stands, for the caller. */
export interface MeterStanding {
  readonly meter: 'requests' | 'tokens';
  readonly limit: number;
  readonly remaining: number;
  /** Until it is full again. */
  readonly resetMs: number;
}

/** The rate limits of a key as its account stands. */
export function meterStandings(account: Account, limits: KeyLimits, nowMs: number): readonly MeterStanding[] {
  const nowUs = toMicroseconds(nowMs);
  return METERS.flatMap((meter) => {
    const limit = limits[`${meter}PerMinute`];
    if (limit === undefined) {
      return [];
    }
    const resetMs = Math.max(0, Math.ceil((account[meter] - nowUs) / 1000));
    return [{ meter, limit, remaining: remainingUnits(account[meter], limit, nowUs), resetMs }];
  });
}

const METERS = ['requests', 'tokens'] as const;
