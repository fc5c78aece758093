import { embeddingInputs } from '../../model/embedding-inputs.ts';
import type { EmbeddingsRequest } from '../../model/embeddings.ts';
import { utf8Size } from '../../wire/json.ts';
import type { EmbeddingsRules } from './embeddings-rules.ts';

/** Bytes of UTF-8 a token, at the least that prose has: a request that is thought too large is only asked for in two. */
const BYTES_PER_TOKEN = 3;

/** The inputs as a host takes them at once: as they came, where they are neither too many nor too long together. */
export function embeddingBatches(
  request: EmbeddingsRequest,
  { embeddingsBatch, embeddingsBatchTokens }: Pick<EmbeddingsRules, 'embeddingsBatch' | 'embeddingsBatchTokens'>,
): readonly unknown[] {
  const batches: (string | readonly number[])[][] = [];
  let tokens = Number.POSITIVE_INFINITY;
  for (const input of embeddingInputs(request)) {
    const more = tokensOf(input);
    const last = batches.at(-1);
    if (last === undefined || last.length >= embeddingsBatch || tokens + more > embeddingsBatchTokens) {
      batches.push([input]);
      tokens = more;
    } else {
      last.push(input);
      tokens += more;
    }
  }
  return batches.length <= 1 ? [request.input] : batches;
}

function tokensOf(input: string | readonly number[]): number {
  return typeof input === 'string' ? utf8Size(input) / BYTES_PER_TOKEN : input.length;
}
