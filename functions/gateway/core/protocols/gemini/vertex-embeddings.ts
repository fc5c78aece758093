import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { defined } from '../../model/defined.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../../model/embeddings.ts';
import { arrayMember, member, numberMember, objectMember } from '../../wire/json.ts';
import type { EmbeddingsEncoding, EmbeddingsProtocol, EmbeddingsResponse, Target } from '../protocol.ts';
import { inputTexts, taskType, untranslated, vector } from './gemini-embeddings.ts';
import { geminiRules } from './gemini-rules.ts';

/** Embeddings of Vertex AI, by `predict`. Source: Google Cloud, "Text embeddings API", 2026-11. */
export const vertexEmbeddings: EmbeddingsProtocol = { encode, decode };

function encode(request: EmbeddingsRequest, target: Target): EmbeddingsEncoding {
  const texts = inputTexts(request.input);
  if (texts === undefined) {
    return {
      kind: 'unsupported',
      param: 'input',
      message: 'Vertex AI embeds text, not token ids: send input as text.',
    };
  }
  const { embeddingsBatch: size } = geminiRules({ ...target, vendor: 'vertex' });
  const { dimensions } = request;
  // Without it a text that is too long is cut in silence.
  const parameters = { autoTruncate: false, ...defined({ outputDimensionality: dimensions }) };
  const batches = Array.from({ length: Math.ceil(texts.length / size) }, (_, batch) =>
    texts.slice(batch * size, (batch + 1) * size),
  );
  return {
    kind: 'encoded',
    requests: batches.map((batch) => ({
      operation: 'embed-batch',
      headers: {},
      body: {
        instances: batch.map((content) => ({ content, ...defined({ task_type: taskType(request) }) })),
        parameters,
      },
    })),
    dropped: untranslated(request),
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
