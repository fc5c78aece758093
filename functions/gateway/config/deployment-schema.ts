import * as z from 'zod';
import { PROTOCOL_NAMES } from '../core/protocols/protocols.ts';
import { providerName, tagName } from './name-schemas.ts';

const price = z.number().min(0);
const count = z.int().min(1);
// Callers may ask for it, and then it is a metric dimension: ASCII only.
const vendorModelId = z
  .string()
  .regex(/^[\x21-\x7e]{1,512}$/, 'must be 1 to 512 printable ASCII characters without spaces');

const prices = {
  inputPrice: price.exactOptional().meta({ description: 'US dollars per million prompt tokens.', examples: [3] }),
  outputPrice: price.exactOptional().meta({ description: 'US dollars per million answer tokens.', examples: [15] }),
  cachedInputPrice: price.exactOptional().meta({
    description: "US dollars per million prompt tokens read from the vendor's cache.",
    examples: [0.3],
  }),
  cacheWritePrice: price.exactOptional().meta({
    description: "US dollars per million prompt tokens written to the vendor's cache.",
    examples: [3.75],
  }),
  cacheWrite1hPrice: price.exactOptional().meta({
    description:
      "US dollars per million prompt tokens written to the vendor's cache for an hour. Default: 1.6 times `cacheWritePrice`.",
    examples: [6],
  }),
  reasoningPrice: price.exactOptional().meta({
    description: 'US dollars per million tokens of reasoning, where they do not cost what the answer does.',
    examples: [15],
  }),
};

/** One callable model: a provider, the vendor's model id and what is known of it. */
export const deploymentSchema = z.strictObject({
  provider: providerName.meta({ description: 'A name in `providers`.', examples: ['openai'] }),
  model: vendorModelId.meta({
    description: "The vendor's model id, an inference profile or an ARN.",
    examples: ['gpt-5.5'],
  }),
  protocol: z
    .enum(PROTOCOL_NAMES)
    .exactOptional()
    .meta({
      description:
        "The wire format of this model, where it is not its provider's: on Bedrock `openai` for its OpenAI-compatible endpoint, `anthropic` for Claude in Anthropic's own words. Claude on Vertex AI and Azure is `anthropic` by itself.",
      examples: ['openai'],
    }),
  contextWindow: count.exactOptional().meta({
    description: 'Tokens of prompt and answer together. Longer requests go to other deployments.',
    examples: [200_000],
  }),
  maxOutputTokens: count.exactOptional().meta({
    description: 'The largest answer in tokens.',
    examples: [64_000],
  }),
  ...prices,
  priceTiers: z
    .array(
      z.strictObject({
        aboveInputTokens: count.meta({ description: 'Prompts of more tokens than these.', examples: [200_000] }),
        ...prices,
      }),
    )
    .exactOptional()
    .meta({
      description: 'What a request with a longer prompt costs, all of it. What is absent costs what it costs below.',
      examples: [[{ aboveInputTokens: 200_000, inputPrice: 2.5, outputPrice: 15 }]],
    }),
  tags: z
    .array(tagName)
    .default([])
    .meta({
      description: 'What it can do or where it is. Routes and requests may ask for tags.',
      examples: [['vision', 'code']],
    }),
  requestsPerMinute: count.exactOptional().meta({
    description: "The vendor's limit of requests a minute, for usage-based routing.",
    examples: [4_000],
  }),
  tokensPerMinute: count.exactOptional().meta({
    description: "The vendor's limit of tokens a minute, for usage-based routing.",
    examples: [400_000],
  }),
  prefill: z
    .boolean()
    .default(false)
    .meta({
      description: 'Whether it goes on from a trailing assistant message. `onStreamCut: "continue"` uses only such.',
      examples: [true],
    }),
  streaming: z
    .boolean()
    .default(true)
    .meta({
      description: 'Whether the gateway asks it for streams.',
      examples: [false],
    }),
  kind: z
    .enum(['chat', 'embeddings'])
    .default('chat')
    .meta({
      description: 'What it serves.',
      examples: ['chat'],
    }),
  rules: z
    .record(z.string(), z.unknown())
    .exactOptional()
    .meta({
      description: "Corrections of what the protocol assumes of the model; the protocol's rules file names them.",
      examples: [{ streamUsage: false }],
    }),
});
