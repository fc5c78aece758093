import * as z from 'zod';
import { credentialName } from './provider-schema.ts';

/** Where spans and metrics go, beside the log. */
export const otlpSchema = z
  .strictObject({
    endpoint: z
      .url({ protocol: /^https?$/, error: 'must be an address as https://collector.example.com:4318' })
      .transform((url) => url.replace(/\/+$/, ''))
      .meta({
        description: 'The collector. Spans go to its /v1/traces, metrics to its /v1/metrics, as JSON.',
        examples: ['https://collector.example.com:4318'],
      }),
    headers: z
      .record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header'), credentialName)
      .default({})
      .meta({
        description: 'Headers that prove who sends, each with the name of a credential.',
        examples: [{ 'api-key': 'OTLP_API_KEY' }],
      }),
    everyMs: z
      .int()
      .min(1_000)
      .max(600_000)
      .default(15_000)
      .meta({ description: 'The time between two exports in milliseconds.', examples: [15_000] }),
  })
  .meta({
    description:
      'Spans and metrics by OTLP, in names of OpenTelemetry, beside the log. For `aws.form` "web" and for `npm start`: an Event Function is frozen between its calls.',
    examples: [{ endpoint: 'https://collector.example.com:4318' }],
  });
