import type { Vendor } from '../../model/vendor.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type ModelRule, modelRules } from '../model-rules.ts';

/** What an OpenAI-shaped server takes in a call for embeddings. The operator corrects it in the deployment's `rules`. */
export interface EmbeddingRules {
  /** The most inputs in one call: more are asked for in several. */
  readonly maxEmbeddingInputs: number;
}

/** The rules of one model at one vendor. */
export function embeddingRules(model: string, configured: JsonObject | undefined, vendor?: Vendor): EmbeddingRules {
  return modelRules({ defaults: OPENAI, lines: EMBEDDING_LINES }, model, configured, vendor);
}

/** Source: OpenAI API reference, "Create embeddings", 2026-11. */
const OPENAI: EmbeddingRules = { maxEmbeddingInputs: 2048 };

/** Each line with its source. Open models have the limit of whoever serves them, where that is known. */
export const EMBEDDING_LINES: readonly ModelRule<EmbeddingRules>[] = [
  {
    match: /^/,
    vendors: ['huggingface'],
    rules: { maxEmbeddingInputs: 32 },
    source: 'text-embeddings-inference, --max-client-batch-size, 2026-11',
  },
  {
    match: /^/,
    vendors: ['zhipu'],
    rules: { maxEmbeddingInputs: 64 },
    source: 'docs.bigmodel.cn "Embeddings", 2026-11',
  },
  {
    match: /^text-embedding-v\d/,
    rules: { maxEmbeddingInputs: 25 },
    source: 'langchain4j/langchain4j#1140, 2024-05',
  },
  {
    match: /^text-embedding-v[3-9]|^qwen3-embedding/,
    rules: { maxEmbeddingInputs: 10 },
    source: 'memodb-io/memobase#142, 2025-11',
  },
  {
    match: /\bembed-(?:english|multilingual|v\d)/,
    rules: { maxEmbeddingInputs: 96 },
    source: 'docs.cohere.com "Embed", 2026-11',
  },
  {
    match: /gemini-embedding/,
    rules: { maxEmbeddingInputs: 100 },
    source: 'ai.google.dev/api/embeddings, 2026-11',
  },
];
