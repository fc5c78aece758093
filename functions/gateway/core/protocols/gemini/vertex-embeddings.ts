import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { baseModelOf } from '../../model/base-model.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../../model/embeddings.ts';
import { arrayMember, member, numberMember, objectMember } from '../../wire/json.ts';
import type { EmbeddingsEncoding, EmbeddingsProtocol, EmbeddingsResponse, Target } from '../protocol.ts';
import { inputTexts, TRANSLATED, vector } from './gemini-embeddings.ts';

/** Embeddings of Vertex AI, by `predict`. Source: Google Cloud, "Text embeddings API", 2026-11. */
export const vertexEmbeddings: EmbeddingsProtocol = { encode, decode };

/** Texts in one call: a call takes 20,000 tokens of all its texts, and Gemini's model one text alone. */
const MAX_TEXTS = 16;
const ONE_TEXT = /gemini-embedding/;

function encode(request: EmbeddingsRequest, target: Target): EmbeddingsEncoding {
  const texts = inputTexts(request.input);
  if (texts === undefined) {
    return {
      kind: 'unsupported',
      param: 'input',
      message: 'Vertex AI embeds text, not token ids: send input as text.',
    };
  }
  const size = ONE_TEXT.test(baseModelOf(target)) ? 1 : MAX_TEXTS;
  const { dimensions } = request;
  // Without it a text that is too long is cut in silence.
  const parameters = { autoTruncate: false, ...(dimensions !== undefined && { outputDimensionality: dimensions }) };
  const batches = Array.from({ length: Math.ceil(texts.length / size) }, (_, batch) =>
    texts.slice(batch * size, (batch + 1) * size),
  );
  return {
    kind: 'encoded',
    requests: batches.map((batch) => ({
      operation: 'embed-batch',
      headers: {},
      body: { instances: batch.map((content) => ({ content })), parameters },
    })),
    dropped: Object.keys(request).filter((field) => !TRANSLATED.has(field)),
  };
}

function decode(
  responses: readonly EmbeddingsResponse[],
  request: EmbeddingsRequest,
): EmbeddingsAnswer | AttemptFailure {
  const predictions = responses.flatMap(({ json }) => arrayMember(json, 'predictions'));
  const vectors = predictions.map((prediction) => vector(objectMember(prediction, 'embeddings')));
  const whole = vectors.filter((values) => values !== undefined);
  const expected = typeof request.input === 'string' ? 1 : request.input.length;
  return whole.length === expected && vectors.length === expected
    ? { kind: 'embedded', vectors: whole, promptTokens: tokensOf(predictions) }
    : { kind: 'malformed', reason: `${whole.length} embeddings for ${expected} inputs` };
}

/** Unknown unless every text was counted. */
function tokensOf(predictions: readonly unknown[]): number | undefined {
  const counts = predictions.map((prediction) =>
    numberMember(member(member(prediction, 'embeddings'), 'statistics'), 'token_count'),
  );
  return counts.includes(undefined) ? undefined : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}
