import * as z from 'zod';
import { awsSettingsSchema } from './aws-settings.ts';
import { deploymentSchema } from './deployment-schema.ts';
import { ejectionSchema } from './ejection-schema.ts';
import { keySchema, limitSettingsSchema } from './key-schema.ts';
import { deploymentOrRouteName, providerName } from './name-schemas.ts';
import { otlpSchema } from './otlp-schema.ts';
import { probesSchema } from './probes-schema.ts';
import { providerSchema } from './provider-schema.ts';
import { responsesSchema } from './responses-schema.ts';
import { globalSettings, routeSchema } from './route-schema.ts';

const statisticsSchema = z
  .strictObject({
    halfLifeSeconds: z
      .number()
      .min(10)
      .max(86_400)
      .default(60)
      .meta({
        description: 'After this many seconds an observation counts half.',
        examples: [60],
      }),
    recentHalfLifeSeconds: z
      .number()
      .min(1)
      .max(3_600)
      .default(2)
      .meta({
        description: 'The same for the memory that notices changes: half as much counts what is older than this.',
        examples: [2],
      }),
    promptDoublingTokens: z
      .int()
      .min(0)
      .max(10_000_000)
      .default(8_000)
      .meta({
        description:
          'A prompt of this many tokens is expected to take twice as long to the first token as an empty one. 0: size does not count.',
        examples: [8_000],
      }),
    refreshMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(1_000)
      .meta({
        description: "The age in milliseconds at which an instance's snapshot is refreshed behind a request.",
        examples: [1_000],
      }),
    staleMs: z
      .int()
      .min(0)
      .max(600_000)
      .default(3_000)
      .meta({
        description: 'A request waits for the refresh of a snapshot that is older than this, in milliseconds.',
        examples: [3_000],
      }),
    readTimeoutMs: z
      .int()
      .min(1)
      .max(5_000)
      .default(50)
      .meta({
        description: 'The longest in milliseconds that a request waits for DynamoDB.',
        examples: [50],
      }),
    flushMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(250)
      .meta({
        description: 'A busy instance writes its observations at most once in this time, in milliseconds.',
        examples: [250],
      }),
    writesPerSecond: z
      .number()
      .positive()
      .max(1_000)
      .default(200)
      .meta({
        description: 'DynamoDB writes a second and deployment that the whole fleet stays under.',
        examples: [200],
      }),
    readsPerSecond: z
      .number()
      .positive()
      .max(6_000)
      .default(3_000)
      .meta({
        description:
          'DynamoDB reads a second of each item that the whole fleet stays under; past that, snapshots are refreshed less often. A partition gives 6,000.',
        examples: [3_000],
      }),
  })
  .prefault({})
  .meta({ description: 'How latencies are remembered and shared.', examples: [{ halfLifeSeconds: 60 }] });

/**
 * The configuration file of one environment. The gateway, the stack and the JSON Schema for editors all come from this.
 * `meta` holds the sentence that an editor shows and the example that an error message shows.
 */
export const configSchema = z
  .strictObject({
    $schema: z
      .string()
      .exactOptional()
      .meta({
        description: 'Where editors find the JSON Schema of this file.',
        examples: ['../gateway.schema.json'],
      }),
    providers: z.record(providerName, providerSchema).meta({
      description: 'Vendors by name: protocol, address and the name of the credential.',
      examples: [{ openai: { protocol: 'openai', apiKey: 'OPENAI_API_KEY' } }],
    }),
    deployments: z.record(deploymentOrRouteName, deploymentSchema).meta({
      description: 'Callable models by id. The id is also what callers may ask for and what answers name.',
      examples: [{ 'openai/gpt-5.5': { provider: 'openai', model: 'gpt-5.5' } }],
    }),
    routes: z
      .record(deploymentOrRouteName, routeSchema)
      .default({})
      .meta({
        description: 'Named sets of deployments with a strategy. Callers ask for a route as their `model`.',
        examples: [{ 'nemo/latency-optimized': { strategy: 'latency-based', deployments: ['openai/gpt-5.5'] } }],
      }),
    ...globalSettings,
    statistics: statisticsSchema,
    ejection: ejectionSchema,
    limits: limitSettingsSchema,
    probes: probesSchema,
    otlp: otlpSchema.exactOptional(),
    responses: responsesSchema,
    statusPage: z
      .boolean()
      .default(false)
      .meta({
        description:
          "Whether the live page at / and its data at /status are there. The data is for operators' keys only.",
        examples: [true],
      }),
    keys: z
      .array(keySchema)
      .default([])
      .meta({
        description: 'Keys of callers, for laptops and CI. In AWS keys live in DynamoDB.',
        examples: [[{ name: 'local', sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' }]],
      }),
    aws: awsSettingsSchema.prefault({}),
  })
  .meta({ title: 'NemoRouter configuration', description: 'The configuration of one environment.' });

/** A configuration file as zod gives it: defaults filled in, names not yet checked against each other. */
export type ConfigFile = z.output<typeof configSchema>;

/** A configuration file as it is written: what has a default may be left out. */
export type ConfigFileInput = z.input<typeof configSchema>;
