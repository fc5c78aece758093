import { fromBase64Vector, toBase64Vector } from '../../model/base64-vector.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../../model/embeddings.ts';
import type { JsonObject } from '../../wire/json.ts';

/**
 * OpenAI's body for an embeddings answer, with the vectors in the `encoding_format` that the caller asked for, whichever the vendor gave.
 * `model` is the name that the caller sees. Tokens that the vendor does not count are 0: clients read the member unconditionally.
 */
export function embeddingsBody(answer: EmbeddingsAnswer, request: EmbeddingsRequest, model: string): JsonObject {
  const wantsBase64 = request.encoding_format === 'base64';
  const tokens = answer.promptTokens ?? 0;
  return {
    object: 'list',
    data: answer.vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: wantsBase64 ? asBase64(vector) : asNumbers(vector),
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

function asBase64(vector: readonly number[] | string): string {
  return typeof vector === 'string' ? vector : toBase64Vector(vector);
}

/** Text that is no vector is passed on as it is: the protocols have checked theirs. */
function asNumbers(vector: readonly number[] | string): readonly number[] | string {
  return typeof vector === 'string' ? (fromBase64Vector(vector) ?? vector) : vector;
}
