import type { Vendor } from '../../model/vendor.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EmbeddingPurpose } from '../embedding-purpose.ts';
import { type ModelRule, modelRules } from '../model-rules.ts';

/** What an OpenAI-shaped server takes of embeddings. The operator corrects it in the deployment's `rules`. */
export interface EmbeddingsRules {
  /** Whether it has embeddings at all. */
  readonly embeddings: boolean;
  /** How many inputs one request may have. */
  readonly embeddingsBatch: number;
  /** About how many tokens all inputs of one request may have. */
  readonly embeddingsBatchTokens: number;
  /** Whether inputs may be token ids. */
  readonly embeddingsTokenIds: boolean;
  /** Members beside the model and the input that it takes: others are left out. `all`: those that nobody here knows too. */
  readonly embeddingsMembers: 'all' | readonly string[];
  /** Names of members that it knows by another. */
  readonly embeddingsRenamed: Readonly<Record<string, string>>;
  /** Its words for what a text is embedded for. Absent: it is told nothing of it, or the caller's own word. */
  readonly inputTypes: Readonly<Record<EmbeddingPurpose, string>> | undefined;
  /** How its vectors are written: numbers and base64 of them as at OpenAI, or base64 of whole numbers from -128 to 127. */
  readonly vectors: 'floats' | 'base64-int8';
}

/** The rules of one model at one vendor. */
export function embeddingsRules(model: string, configured: JsonObject | undefined, vendor?: Vendor): EmbeddingsRules {
  return modelRules({ defaults: DEFAULTS, lines: EMBEDDINGS_LINES }, model, configured, vendor);
}

/** For a server of which nothing is known. */
const DEFAULTS: EmbeddingsRules = {
  embeddings: true,
  embeddingsBatch: Number.POSITIVE_INFINITY,
  embeddingsBatchTokens: Number.POSITIVE_INFINITY,
  embeddingsTokenIds: true,
  embeddingsMembers: 'all',
  embeddingsRenamed: {},
  inputTypes: undefined,
  vectors: 'floats',
};

function at(vendors: readonly Vendor[], rules: Partial<EmbeddingsRules>): ModelRule<EmbeddingsRules> {
  return { match: /^/, vendors, rules };
}

const TEXTS: Partial<EmbeddingsRules> = { embeddingsTokenIds: false };

/** What is known of hosts, then of models. A line for each fact, with who says so and when it was read. */
export const EMBEDDINGS_LINES: readonly ModelRule<EmbeddingsRules>[] = [
  // OpenAI API reference, "Create embeddings": 2,048 inputs and 300,000 tokens a request, 2026-11
  at(['openai', 'azure'], { embeddingsBatch: 2048, embeddingsBatchTokens: 300_000 }),
  // each one's API reference has no embeddings, 2026-11
  at(['cerebras', 'deepseek', 'groq', 'moonshot'], { embeddings: false }),
  // the OpenAI-compatible endpoints of the clouds have chat alone, their embeddings are in the clouds' own words, 2026-11
  at(['bedrock', 'vertex'], { embeddings: false }),
  // 256 inputs: rig-core 0.42, live, 2026; docs.mistral.ai/api "Embeddings", 2026-11
  at(['mistral'], {
    ...TEXTS,
    embeddingsBatch: 256,
    embeddingsBatchTokens: 16_000,
    embeddingsMembers: ['encoding_format', 'dimensions', 'output_dimension', 'output_dtype', 'metadata'],
    embeddingsRenamed: { dimensions: 'output_dimension' },
  }),
  // docs.api.nvidia.com/nim "Create embeddings": input_type is required of models for retrieval, 2026-11
  at(['nvidia'], { ...TEXTS, embeddingsBatch: 256, inputTypes: { query: 'query', document: 'passage' } }),
  // docs.perplexity.ai/api-reference "Create embeddings": base64_int8, 2026-11
  at(['perplexity'], {
    ...TEXTS,
    embeddingsBatch: 512,
    embeddingsBatchTokens: 120_000,
    embeddingsMembers: ['dimensions'],
    vectors: 'base64-int8',
  }),
  // alibabacloud.com/help/en/model-studio "Text embedding", 2026-11
  at(['dashscope'], { ...TEXTS, embeddingsBatch: 10 }),
  // docs.z.ai/api-reference "Embeddings", 2026-11
  at(['zhipu'], { ...TEXTS, embeddingsBatch: 64 }),
  // github.com/huggingface/text-embeddings-inference, --max-client-batch-size, 2026-11
  at(['huggingface'], { embeddingsBatch: 32 }),
  // ai.google.dev/gemini-api/docs/openai "Embeddings", 2026-11
  at(['google-ai'], { ...TEXTS, embeddingsBatch: 100 }),
  // each one's embeddings reference: input is a text or a list of texts, 2026-11
  at(['ollama', 'together', 'fireworks', 'sambanova', 'deepinfra', 'github-models'], TEXTS),
  // alibabacloud.com/help/en/model-studio "Text embedding", 2026-11
  {
    match: /^text-embedding-v[12]$/,
    vendors: ['dashscope'],
    rules: { embeddingsBatch: 25 },
  },
];
