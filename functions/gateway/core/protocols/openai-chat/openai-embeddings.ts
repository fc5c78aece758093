import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { fromBase64Vector, fromInt8Vector } from '../../model/base64-vector.ts';
import type { UpstreamRequest } from '../../model/dial.ts';
import { embeddingInputs } from '../../model/embedding-inputs.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../../model/embeddings.ts';
import { arrayMember, type JsonObject, member, numberMember, objectMember } from '../../wire/json.ts';
import { embeddingPurpose } from '../embedding-purpose.ts';
import type { EmbeddingsEncoding, EmbeddingsProtocol, EmbeddingsResponse, Target } from '../protocol.ts';
import { embeddingBatches } from './embedding-batches.ts';
import { type EmbeddingsRules, embeddingsRules } from './embeddings-rules.ts';
import { statedError, streamedFailure } from './openai-failure.ts';
import { nameAt } from './setting-members.ts';

/**
 * OpenAI's embeddings, in as many requests as the host wants. The caller's `encoding_format` goes out as it came: where the server ignores
 * it, as many do, the gateway converts.
 */
export const openAiEmbeddings: EmbeddingsProtocol = {
  encode: encodeEmbeddings,
  decode: (responses, request, target) => readAll(responses, embeddingInputs(request).length, rulesOf(target)),
};

function rulesOf({ model, rules, vendor }: Target): EmbeddingsRules {
  return embeddingsRules(model, rules, vendor);
}

function encodeEmbeddings(request: EmbeddingsRequest, target: Target): EmbeddingsEncoding {
  const rules = rulesOf(target);
  if (!rules.embeddings) {
    const message = `This provider has no embeddings: ask for a model of another, as text-embedding-3-small of OpenAI.`;
    return { kind: 'unsupported', param: 'model', message };
  }
  const hasTokenIds = embeddingInputs(request).some((input) => typeof input !== 'string');
  if (hasTokenIds && !rules.embeddingsTokenIds) {
    return {
      kind: 'unsupported',
      param: 'input',
      message: 'This server embeds text, not token ids: send input as text.',
    };
  }
  const { members, dropped } = membersFor(request, rules);
  const requests = embeddingBatches(request, rules).map(
    (input): UpstreamRequest => ({ operation: 'embed', headers: {}, body: { ...members, input, model: target.model } }),
  );
  return { kind: 'encoded', requests, dropped };
}

/** What is sent beside the model and the input. `encoding_format` is the gateway's business. */
function membersFor(
  { model: _, input: __, ...asked }: EmbeddingsRequest,
  rules: EmbeddingsRules,
): { readonly members: JsonObject; readonly dropped: readonly string[] } {
  const { embeddingsMembers: taken, embeddingsRenamed: renamed, inputTypes } = rules;
  const isTaken = (name: string): boolean =>
    taken === 'all' || taken.includes(name) || (name === 'input_type' && inputTypes !== undefined);
  const names = Object.keys(asked);
  const kept = names.filter(isTaken).map((name) => [nameAt(name, renamed), member(asked, name)]);
  return {
    members: { ...Object.fromEntries(kept), ...purposeFor(asked, inputTypes), ...formatFor(rules) },
    dropped: names.filter((name) => !isTaken(name) && name !== 'encoding_format'),
  };
}

/** What is stored is embedded more often than what is asked. */
function purposeFor(asked: JsonObject, inputTypes: EmbeddingsRules['inputTypes']): JsonObject {
  const purpose = embeddingPurpose(asked);
  const isOther = asked.input_type !== undefined && purpose === undefined;
  return inputTypes === undefined || isOther ? {} : { input_type: inputTypes[purpose ?? 'document'] };
}

function formatFor({ vectors }: EmbeddingsRules): JsonObject {
  return vectors === 'base64-int8' ? { encoding_format: 'base64_int8' } : {};
}

function readAll(
  responses: readonly EmbeddingsResponse[],
  inputs: number,
  rules: EmbeddingsRules,
): EmbeddingsAnswer | AttemptFailure {
  const answers = responses.map(({ json }) => readEmbeddings(json, rules));
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

function readEmbeddings(json: unknown, { vectors }: EmbeddingsRules): EmbeddingsAnswer | AttemptFailure {
  const error = statedError(json);
  if (error !== undefined) {
    return streamedFailure(error);
  }
  const read = VECTORS[vectors];
  const given = inOrder(arrayMember(json, 'data')).map((item) => read(member(item, 'embedding')));
  const found = given.filter((vector) => vector !== undefined);
  if (found.length !== given.length) {
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

const VECTORS: Readonly<
  Record<EmbeddingsRules['vectors'], (embedding: unknown) => readonly number[] | string | undefined>
> = {
  floats: (embedding) =>
    typeof embedding === 'string' && fromBase64Vector(embedding) !== undefined ? embedding : numbersOf(embedding),
  'base64-int8': (embedding) => (typeof embedding === 'string' ? fromInt8Vector(embedding) : numbersOf(embedding)),
};

function numbersOf(embedding: unknown): readonly number[] | undefined {
  return Array.isArray(embedding) && embedding.every((value) => typeof value === 'number') ? embedding : undefined;
}
