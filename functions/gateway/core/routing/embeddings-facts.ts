import { embeddingInputs } from '../model/embedding-inputs.ts';
import type { EmbeddingsRequest } from '../model/embeddings.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import { utf8Size } from '../wire/json.ts';

/** Bytes of UTF-8 a token, in the mean over texts and languages. */
const BYTES_PER_TOKEN = 4;
/** As much of the first input as tells two requests apart. */
const AFFINITY_CHARS = 200;

/** What routing may know of an embeddings request. */
export interface EmbeddingsFacts extends RequestFacts {
  /** Of the longest input: a model's window is for one input, however many there are. */
  readonly longestInputTokens: number;
}

/** Reads what routing needs off an embeddings request. */
export function embeddingsFacts(request: EmbeddingsRequest, tags: readonly string[]): EmbeddingsFacts {
  const inputs = embeddingInputs(request);
  const tokens = inputs.map(tokensOf);
  return {
    stream: false,
    promptTokens: Math.ceil(tokens.reduce((sum, count) => sum + count, 0)),
    // Vectors are no output tokens: the whole latency is the time to the first.
    maxOutputTokens: 0,
    choices: 1,
    // No vendor caches inputs. The key only spreads requests over equals.
    affinityKey: inputs[0]?.slice(0, AFFINITY_CHARS).toString() ?? '',
    tags,
    longestInputTokens: Math.ceil(tokens.reduce((longest, count) => Math.max(longest, count), 0)),
  };
}

/** At least one: a vendor counts the shortest text so. */
function tokensOf(input: string | readonly number[]): number {
  return typeof input === 'string' ? Math.max(1, utf8Size(input) / BYTES_PER_TOKEN) : input.length;
}
