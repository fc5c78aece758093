import * as z from 'zod';

const HOUR_MS = 3_600_000;

function milliseconds(value: number, description: string) {
  return z
    .int()
    .min(1)
    .max(HOUR_MS)
    .default(value)
    .meta({ description, examples: [value] });
}

/** Whether the gateway looks at deployments that no traffic measures, and how often. */
export const probesSchema = z
  .union([
    z.literal('off'),
    z.strictObject({
      everyMs: milliseconds(
        5_000,
        'A deployment that is slower than usual or not known is asked for one token once in so many milliseconds by the whole fleet, and up to five times as often while it is coming back, ejected, suspected by a failure, or usually much faster than what callers have now.',
      ),
      rareEveryMs: milliseconds(60_000, 'The same for one that is what it usually is.'),
    }),
  ])
  .default({ everyMs: 5_000, rareEveryMs: 60_000 })
  .meta({
    description:
      "Calls of one token, made beside a request that waits for its own provider: how routing learns without sending a caller's request anywhere for it. `off`: none.",
    examples: [{ everyMs: 5_000 }],
  });
