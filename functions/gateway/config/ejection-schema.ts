import * as z from 'zod';
import { EJECTION_DEFAULTS } from '../core/statistics/ejection.ts';

const HOUR_MS = 3_600_000;

function milliseconds(value: number, description: string) {
  return z
    .int()
    .min(1)
    .max(HOUR_MS)
    .default(value)
    .meta({ description, examples: [value] });
}

function share(value: number, description: string) {
  return z
    .number()
    .min(0)
    .max(1)
    .default(value)
    .meta({ description, examples: [value] });
}

function count(value: number, description: string) {
  return z
    .int()
    .min(1)
    .max(10_000)
    .default(value)
    .meta({ description, examples: [value] });
}

/** When a failing deployment is set aside, and for how long. */
export const ejectionSchema = z
  .strictObject({
    consecutiveFailures: count(
      EJECTION_DEFAULTS.consecutiveFailures,
      'Failures in a row, as one instance sees them, after which a deployment is set aside.',
    ),
    failureRate: share(
      EJECTION_DEFAULTS.failureRate,
      'Share of recent failures (0 to 1) in the fleet that sets a deployment aside.',
    ),
    minRequests: count(
      EJECTION_DEFAULTS.minRequests,
      'Recent requests in the fleet below which the failure rate says nothing.',
    ),
    baseCooldownMs: milliseconds(
      EJECTION_DEFAULTS.baseCooldownMs,
      'The first cooldown in milliseconds; each further one in a row is twice as long.',
    ),
    maxCooldownMs: milliseconds(
      EJECTION_DEFAULTS.maxCooldownMs,
      'The longest cooldown after failures, in milliseconds.',
    ),
    misconfiguredCooldownMs: milliseconds(
      EJECTION_DEFAULTS.misconfiguredCooldownMs,
      'The cooldown in milliseconds after a wrong credential or an unknown model, which no waiting mends.',
    ),
    maxRateLimitedCooldownMs: milliseconds(
      EJECTION_DEFAULTS.maxRateLimitedCooldownMs,
      "The longest cooldown in milliseconds after a rate limit, whatever the vendor's Retry-After says.",
    ),
    probeLeaseMs: milliseconds(
      EJECTION_DEFAULTS.probeLeaseMs,
      'How long in milliseconds the one caller that tries a deployment after its cooldown has before another may.',
    ),
  })
  .prefault({})
  .meta({ description: 'When a failing deployment is set aside.', examples: [{ consecutiveFailures: 3 }] });
