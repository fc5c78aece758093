import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { defined } from '../../model/defined.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../../model/embeddings.ts';
import { googleModelResource } from '../../model/google-model.ts';
import { arrayMember, type JsonObject, member, numberMember, objectMember } from '../../wire/json.ts';
import { embeddingPurpose } from '../embedding-purpose.ts';
import type { EmbeddingsEncoding, EmbeddingsProtocol, EmbeddingsResponse, Target } from '../protocol.ts';
import { geminiErrorFailure } from './gemini-failure.ts';
import { geminiRules } from './gemini-rules.ts';

/** Gemini's batchEmbedContents. Source: ai.google.dev/api/embeddings, 2026-11. */
export const geminiEmbeddings: EmbeddingsProtocol = { encode, decode };

function encode(request: EmbeddingsRequest, target: Target): EmbeddingsEncoding {
  const texts = inputTexts(request.input);
  if (texts === undefined) {
    return { kind: 'unsupported', param: 'input', message: 'Gemini embeds text, not token ids: send input as text.' };
  }
  const requests = texts.map((text) => ({
    model: googleModelResource(target.model),
    content: { parts: [{ text }] },
    ...defined({ outputDimensionality: request.dimensions, taskType: taskType(request) }),
  }));
  const { embeddingsBatch } = geminiRules(target);
  const batches = Array.from({ length: Math.ceil(requests.length / embeddingsBatch) }, (_, batch) =>
    requests.slice(batch * embeddingsBatch, (batch + 1) * embeddingsBatch),
  );
  return {
    kind: 'encoded',
    requests: batches.map((batch) => ({ operation: 'embed-batch', headers: {}, body: { requests: batch } })),
    dropped: untranslated(request),
  };
}

/** What a text is embedded for, in Google's words; absent where the caller does not say, or in a word that Google does not have. */
export function taskType(request: EmbeddingsRequest): string | undefined {
  const purpose = embeddingPurpose(request);
  return purpose === undefined ? undefined : `RETRIEVAL_${purpose.toUpperCase()}`;
}

const TRANSLATED: ReadonlySet<string> = new Set(['model', 'input', 'dimensions', 'encoding_format']);

/** The fields of a request that are not honoured; `encoding_format` is the gateway's business. */
export function untranslated(request: EmbeddingsRequest): readonly string[] {
  const isSaid = (field: string): boolean => field === 'input_type' && taskType(request) !== undefined;
  return Object.keys(request).filter((field) => !TRANSLATED.has(field) && !isSaid(field));
}

/** The texts of an input; `undefined` where it has token ids. */
export function inputTexts(input: EmbeddingsRequest['input']): readonly string[] | undefined {
  const inputs: readonly unknown[] = typeof input === 'string' ? [input] : input;
  const texts = inputs.filter((item) => typeof item === 'string');
  return texts.length === inputs.length ? texts : undefined;
}

function decode(
  responses: readonly EmbeddingsResponse[],
  request: EmbeddingsRequest,
): EmbeddingsAnswer | AttemptFailure {
  const failed = responses.map(({ json }) => member(json, 'error')).find((error) => isJsonError(error));
  if (failed !== undefined) {
    return geminiErrorFailure(failed);
  }
  const vectors = responses.flatMap(({ json }) => arrayMember(json, 'embeddings').map(vector));
  const expected = typeof request.input === 'string' ? 1 : request.input.length;
  const whole = vectors.filter((values) => values !== undefined);
  return whole.length === expected && vectors.length === expected
    ? { kind: 'embedded', vectors: whole, promptTokens: promptTokens(responses) }
    : { kind: 'malformed', reason: `${whole.length} embeddings for ${expected} inputs` };
}

function isJsonError(error: unknown): boolean {
  return error !== undefined && error !== null;
}

/** The numbers of one embedding; `undefined` where it has none. */
export function vector(embedding: unknown): readonly number[] | undefined {
  const values = arrayMember(embedding, 'values');
  const numbers = values.filter((value) => typeof value === 'number');
  return values.length > 0 && numbers.length === values.length ? numbers : undefined;
}

/** Only newer models count tokens. Unknown unless every response has counted. */
function promptTokens(responses: readonly EmbeddingsResponse[]): number | undefined {
  const counts = responses.map(({ json }) => promptTokenCount(objectMember(json, 'usageMetadata')));
  return counts.includes(undefined) ? undefined : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

function promptTokenCount(usage: JsonObject | undefined): number | undefined {
  return numberMember(usage, 'promptTokenCount');
}
