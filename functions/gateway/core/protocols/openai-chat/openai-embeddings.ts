import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { fromBase64Vector } from '../../model/base64-vector.ts';
import { embeddingInputs } from '../../model/embedding-inputs.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../../model/embeddings.ts';
import { arrayMember, member, numberMember, objectMember } from '../../wire/json.ts';
import type { EmbeddingsEncoding, EmbeddingsProtocol, EmbeddingsResponse, Target } from '../protocol.ts';
import { embeddingRules } from './embedding-rules.ts';
import { statedError } from './openai-error.ts';
import { streamedFailure } from './openai-failure.ts';

/**
 * OpenAI's embeddings, in as many calls as the server's limit on inputs wants. The caller's `encoding_format` goes out as it came: where the
 * server ignores it, as many do, the gateway converts.
 */
export const openAiEmbeddings: EmbeddingsProtocol = { encode, decode };

function encode(request: EmbeddingsRequest, { model, rules, vendor }: Target): EmbeddingsEncoding {
  const { maxEmbeddingInputs } = embeddingRules(model, rules, vendor);
  const inputs = embeddingInputs(request);
  const batches =
    inputs.length <= maxEmbeddingInputs
      ? [request.input]
      : Array.from({ length: Math.ceil(inputs.length / maxEmbeddingInputs) }, (_, batch) =>
          inputs.slice(batch * maxEmbeddingInputs, (batch + 1) * maxEmbeddingInputs),
        );
  return {
    kind: 'encoded',
    requests: batches.map((input) => ({ operation: 'embed', headers: {}, body: { ...request, input, model } })),
    dropped: [],
  };
}

function decode(
  responses: readonly EmbeddingsResponse[],
  request: EmbeddingsRequest,
): EmbeddingsAnswer | AttemptFailure {
  const error = responses.map(({ json }) => statedError(json)).find((stated) => stated !== undefined);
  if (error !== undefined) {
    return streamedFailure(error);
  }
  const items = responses.flatMap(({ json }) => inOrder(arrayMember(json, 'data')));
  const vectors = items.map((item) => vectorOf(member(item, 'embedding')));
  const found = vectors.filter((vector) => vector !== undefined);
  if (found.length !== vectors.length || found.length !== embeddingInputs(request).length) {
    return { kind: 'malformed', reason: 'not one vector an input' };
  }
  return { kind: 'embedded', vectors: found, promptTokens: promptTokensOf(responses) };
}

/** Not known unless each response tells. */
function promptTokensOf(responses: readonly EmbeddingsResponse[]): number | undefined {
  const counts = responses.map(({ json }) => {
    const usage = objectMember(json, 'usage');
    return numberMember(usage, 'prompt_tokens') ?? numberMember(usage, 'total_tokens');
  });
  return counts.includes(undefined) ? undefined : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

/** By `index`, which servers that batch may send out of order; items without one stay where they are. */
function inOrder(data: readonly unknown[]): readonly unknown[] {
  return data
    .map((item, position) => ({ item, index: numberMember(item, 'index') ?? position }))
    .sort((a, b) => a.index - b.index)
    .map(({ item }) => item);
}

function vectorOf(embedding: unknown): readonly number[] | string | undefined {
  if (typeof embedding === 'string') {
    return fromBase64Vector(embedding) === undefined ? undefined : embedding;
  }
  return Array.isArray(embedding) && embedding.every((value) => typeof value === 'number') ? embedding : undefined;
}
