import * as z from 'zod';
import { PROTOCOL_NAMES } from '../core/protocols/protocols.ts';

/** Headers that carry credentials. Those belong in `apiKey`, which names a secret, and not in the file. */
const SECRET_HEADERS = ['authorization', 'proxy-authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie'];

const baseUrl = z
  .string()
  .regex(/^https?:\/\/[^\s?#@]+$/, 'must be an http or https address without a query, fragment or user name')
  .refine((text) => URL.canParse(text), 'must be an http or https address')
  .meta({
    description: "Where the provider is. Without it: the vendor's own address.",
    examples: ['https://api.openai.com/v1'],
  });

// Google's keys look like names; the other vendors' have dashes.
const credentialName = z
  .string()
  .regex(/^(?!AIza)[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of a credential and never the credential itself')
  .meta({
    description:
      "The name of a credential: an environment variable on a laptop, a field of the environment's secret in AWS.",
    examples: ['OPENAI_API_KEY'],
  });

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header')
  .refine((name) => !SECRET_HEADERS.includes(name.toLowerCase()), 'carries a secret: use `apiKey` instead');

/** One vendor and its protocol. */
export const providerSchema = z.strictObject({
  protocol: z.enum(PROTOCOL_NAMES).meta({
    description: 'The wire format. OpenAI-compatible servers are `openai`.',
    examples: ['openai'],
  }),
  baseUrl: baseUrl.exactOptional(),
  apiKey: credentialName.exactOptional(),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region')
    .exactOptional()
    .meta({
      description: 'The AWS region of a Bedrock provider.',
      examples: ['us-east-1'],
    }),
  headers: z
    .record(headerName, z.string().regex(/^[\x20-\x7e]*$/, 'must be printable ASCII'))
    .exactOptional()
    .meta({
      description: 'Headers added to every call to this provider. No secrets.',
      examples: [{ 'OpenAI-Organization': 'org-example' }],
    }),
  traceHeaders: z
    .boolean()
    .exactOptional()
    .meta({
      description:
        'Whether this provider is sent W3C trace headers, traceparent and tracestate. false: for one that refuses them. Default: true.',
      examples: [false],
    }),
});
