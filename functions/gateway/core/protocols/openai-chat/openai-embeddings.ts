import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { fromBase64Vector } from '../../model/base64-vector.ts';
import { embeddingInputs } from '../../model/embedding-inputs.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../../model/embeddings.ts';
import { arrayMember, member, numberMember, objectMember } from '../../wire/json.ts';
import type { EmbeddingsProtocol } from '../protocol.ts';
import { statedError } from './openai-error.ts';
import { streamedFailure } from './openai-failure.ts';

/**
 * OpenAI's embeddings. The caller's `encoding_format` goes out as it came: where the server ignores it, as many do, the gateway converts.
 */
export const openAiEmbeddings: EmbeddingsProtocol = {
  encode: (request, target) => ({
    kind: 'encoded',
    requests: [{ operation: 'embed', headers: {}, body: { ...request, model: target.model } }],
    dropped: [],
  }),
  decode: ([response], request) => readEmbeddings(response?.json, request),
};

function readEmbeddings(json: unknown, request: EmbeddingsRequest): EmbeddingsAnswer | AttemptFailure {
  const error = statedError(json);
  if (error !== undefined) {
    return streamedFailure(error);
  }
  const vectors = inOrder(arrayMember(json, 'data')).map((item) => vectorOf(member(item, 'embedding')));
  const found = vectors.filter((vector) => vector !== undefined);
  if (found.length !== vectors.length || found.length !== embeddingInputs(request).length) {
    return { kind: 'malformed', reason: 'not one vector an input' };
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
