import * as z from 'zod';
import { keyName } from './name-schemas.ts';

// A vendor's model id may be asked for too.
const askableName = z
  .string()
  .regex(/^[\x21-\x7e]{1,512}$/, 'must be 1 to 512 printable ASCII characters without spaces');

const perMinute = z.int().min(1).max(1_000_000_000);

/** What a key may be limited to; the operator's commands hold to the same rules. */
export const keyLimitsSchema = z.strictObject({
  models: z
    .array(askableName)
    .min(1)
    .exactOptional()
    .meta({
      description: 'What its requests may give as `model`. Without it: everything.',
      examples: [['nemo/latency-optimized']],
    }),
  requestsPerMinute: perMinute.exactOptional().meta({
    description: 'Requests a minute, over all instances.',
    examples: [60],
  }),
  tokensPerMinute: perMinute.exactOptional().meta({
    description: 'Tokens a minute, prompts and answers together, over all instances.',
    examples: [100_000],
  }),
  usdPerMonth: z
    .number()
    .positive()
    .max(1_000_000)
    .exactOptional()
    .meta({
      description: 'US dollars a calendar month (UTC), by the configured prices.',
      examples: [100],
    }),
  callsAtOnce: z
    .int()
    .min(1)
    .max(100_000)
    .exactOptional()
    .meta({
      description:
        'Calls under way at once, of each instance: a Lambda function of the usual form has one at a time, and there `requestsPerMinute` is what bounds them. Without it: `callsAtOnce` of `limits`.',
      examples: [20],
    }),
  expiresAt: z.iso
    .datetime({ offset: true, error: 'must be an instant as 2027-01-31T00:00:00Z' })
    .exactOptional()
    .meta({
      description: 'From this instant on the key is as good as unknown.',
      examples: ['2027-01-31T00:00:00Z'],
    }),
});

/** One key of the configuration file. */
export const keySchema = keyLimitsSchema.extend({
  name: keyName.meta({ description: 'Stands for the key in logs.', examples: ['local'] }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, "must be the key's SHA-256: 64 hexadecimal digits")
    .meta({
      description: "Hex of the key's SHA-256. The key itself is never in the file.",
      examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
    }),
  operator: z
    .boolean()
    .exactOptional()
    .meta({
      description: "Whether it may see the data of the live page: /status, which tells of everybody's calls.",
      examples: [true],
    }),
});

/** How the limits of keys are kept. */
export const limitSettingsSchema = z
  .strictObject({
    storeTimeoutMs: z
      .int()
      .min(1)
      .max(5_000)
      .default(100)
      .meta({
        description: 'The longest in milliseconds that a request of a limited key waits for DynamoDB.',
        examples: [100],
      }),
    whenUnavailable: z
      .enum(['allow', 'refuse'])
      .default('allow')
      .meta({
        description:
          'While DynamoDB does not answer: go on within a local allowance, or refuse. Says too whether known keys stay good.',
        examples: ['allow'],
      }),
    localShare: z
      .number()
      .gt(0)
      .max(1)
      .default(0.1)
      .meta({
        description: "The share of a key's limits (0 to 1) that one instance allows while DynamoDB does not answer.",
        examples: [0.1],
      }),
    callsAtOnce: z
      .int()
      .min(1)
      .max(100_000)
      .default(5_000)
      .meta({
        description:
          'Calls that one key may have under way at once, of each instance: a Lambda function of the usual form serves one at a time in each.',
        examples: [5_000],
      }),
    assumedOutputTokens: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(1_000)
      .meta({
        description:
          'Tokens a minute reserved for an answer whose length the request does not limit. Dollars are reserved for the longest that the deployment makes.',
        examples: [1_000],
      }),
  })
  .prefault({})
  .meta({ description: 'How the limits of keys are kept.', examples: [{ whenUnavailable: 'allow' }] });
