import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { fromBase64Vector } from '../../model/base64-vector.ts';
import type { UpstreamRequest } from '../../model/dial.ts';
import { embeddingInputs } from '../../model/embedding-inputs.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../../model/embeddings.ts';
import { arrayMember, member, numberMember, objectMember } from '../../wire/json.ts';
import type { EmbeddingsProtocol, EmbeddingsResponse } from '../protocol.ts';
import { statedError } from './openai-error.ts';
import { streamedFailure } from './openai-failure.ts';
import { openAiRules } from './openai-rules.ts';

/**
 * OpenAI's embeddings, in as many requests as the host wants. The caller's `encoding_format` goes out as it came: where the server ignores
 * it, as many do, the gateway converts.
 */
export const openAiEmbeddings: EmbeddingsProtocol = {
  encode: (request, { model, rules, vendor }) => {
    const { embeddingsBatch } = openAiRules(model, rules, vendor);
    const requests = batchesOf(request, embeddingsBatch).map(
      (input): UpstreamRequest => ({ operation: 'embed', headers: {}, body: { ...request, input, model } }),
    );
    return { kind: 'encoded', requests, dropped: [] };
  },
  decode: (responses, request) => readAll(responses, embeddingInputs(request).length),
};

/** The inputs as the host takes them: as they came, where they are not too many. */
function batchesOf(request: EmbeddingsRequest, most: number): readonly unknown[] {
  const inputs = embeddingInputs(request);
  return inputs.length <= most
    ? [request.input]
    : Array.from({ length: Math.ceil(inputs.length / most) }, (_, batch) =>
        inputs.slice(batch * most, (batch + 1) * most),
      );
}

function readAll(responses: readonly EmbeddingsResponse[], inputs: number): EmbeddingsAnswer | AttemptFailure {
  const answers = responses.map(({ json }) => readEmbeddings(json));
  const failed = answers.find((answer) => answer.kind !== 'embedded');
  if (failed !== undefined) {
    return failed;
  }
  const embedded = answers.flatMap((answer) => (answer.kind === 'embedded' ? answer : []));
  const vectors = embedded.flatMap((answer) => answer.vectors);
  const counts = embedded.flatMap(({ promptTokens }) => promptTokens ?? []);
  return vectors.length === inputs
    ? {
        kind: 'embedded',
        vectors,
        promptTokens: counts.length === responses.length ? counts.reduce((sum, count) => sum + count, 0) : undefined,
      }
    : NOT_ONE_EACH;
}

const NOT_ONE_EACH: AttemptFailure = { kind: 'malformed', reason: 'not one vector an input' };

function readEmbeddings(json: unknown): EmbeddingsAnswer | AttemptFailure {
  const error = statedError(json);
  if (error !== undefined) {
    return streamedFailure(error);
  }
  const vectors = inOrder(arrayMember(json, 'data')).map((item) => vectorOf(member(item, 'embedding')));
  const found = vectors.filter((vector) => vector !== undefined);
  if (found.length !== vectors.length) {
    return NOT_ONE_EACH;
  }
  const usage = objectMember(json, 'usage');
  const promptTokens = numberMember(usage, 'prompt_tokens') ?? numberMember(usage, 'total_tokens');
  return { kind: 'embedded', vectors: found, promptTokens };
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
