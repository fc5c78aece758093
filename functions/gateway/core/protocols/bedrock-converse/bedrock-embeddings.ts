import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { defined } from '../../model/defined.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../../model/embeddings.ts';
import { arrayMember, type JsonObject, member, numberMember, objectMember, stringMember } from '../../wire/json.ts';
import { embeddingPurpose } from '../embedding-purpose.ts';
import { baseModelOf } from '../model-rules.ts';
import type { EmbeddingsEncoding, EmbeddingsProtocol, EmbeddingsResponse, Target } from '../protocol.ts';

/** Embeddings of Amazon's Titan and Nova and of Cohere's models through InvokeModel. Source: Amazon Bedrock user guide, "Model parameters", 2026-11. */
export const bedrockEmbeddings: EmbeddingsProtocol = { encode: encodeEmbeddings, decode: decodeEmbeddings };

/** How one family of models is asked. */
export interface EmbeddingsFamily {
  readonly match: RegExp;
  /** Who says so, and when it was read. */
  readonly source: string;
  readonly textsPerRequest: number;
  readonly body: (texts: readonly string[], request: EmbeddingsRequest) => JsonObject;
  /** Whether `dimensions` can be chosen. */
  readonly dimensions: boolean;
  /** Whether it takes the extension `input_type`. */
  readonly inputType: boolean;
}

const PARAMETERS = 'Amazon Bedrock user guide, "Model parameters", 2026-11';

/** The first line that fits a model counts. */
export const EMBEDDINGS_FAMILIES: readonly EmbeddingsFamily[] = [
  {
    match: /titan-embed-(text-v1|g1)/,
    source: PARAMETERS,
    textsPerRequest: 1,
    body: ([inputText]) => ({ inputText }),
    dimensions: false,
    inputType: false,
  },
  {
    match: /titan-embed-image/,
    source: PARAMETERS,
    textsPerRequest: 1,
    body: ([inputText], { dimensions }) => ({
      inputText,
      ...(dimensions === undefined ? {} : { embeddingConfig: { outputEmbeddingLength: dimensions } }),
    }),
    dimensions: true,
    inputType: false,
  },
  {
    match: /titan-embed/,
    source: PARAMETERS,
    textsPerRequest: 1,
    body: ([inputText], { dimensions }) => ({ inputText, ...defined({ dimensions }) }),
    dimensions: true,
    inputType: false,
  },
  {
    match: /nova-2-multimodal-embeddings/,
    source: 'Amazon Nova user guide, "Nova Multimodal Embeddings", complete schema, 2026-11',
    textsPerRequest: 1,
    body: novaBody,
    dimensions: true,
    inputType: true,
  },
  {
    match: /cohere\.embed-(english|multilingual)/,
    source: PARAMETERS,
    textsPerRequest: 96,
    body: cohereBody,
    dimensions: false,
    inputType: true,
  },
  {
    match: /cohere\.embed/,
    source: PARAMETERS,
    textsPerRequest: 96,
    body: (texts, request) => ({
      ...cohereBody(texts, request),
      embedding_types: ['float'],
      ...defined({ output_dimension: request.dimensions }),
    }),
    dimensions: true,
    inputType: true,
  },
];

/** Cohere must be told what the vector is for; OpenAI has no such field, so that callers who care send `input_type` as an extension. */
function cohereBody(texts: readonly string[], request: EmbeddingsRequest): JsonObject {
  const purpose = embeddingPurpose(request);
  const own = stringMember(request, 'input_type') ?? 'search_document';
  return { texts, input_type: purpose === undefined ? own : `search_${purpose}` };
}

/** One text, for an index unless it is said to be a question. */
function novaBody([value]: readonly string[], request: EmbeddingsRequest): JsonObject {
  return {
    schemaVersion: 'nova-multimodal-embed-v1',
    taskType: 'SINGLE_EMBEDDING',
    singleEmbeddingParams: {
      embeddingPurpose: embeddingPurpose(request) === 'query' ? 'GENERIC_RETRIEVAL' : 'GENERIC_INDEX',
      ...defined({ embeddingDimension: request.dimensions }),
      // Without it a text that is too long is cut in silence.
      text: { truncationMode: 'NONE', value },
    },
  };
}

function encodeEmbeddings(request: EmbeddingsRequest, target: Target): EmbeddingsEncoding {
  const model = baseModelOf(target);
  const family = EMBEDDINGS_FAMILIES.find(({ match }) => match.test(model));
  const texts = textsOf(request);
  if (family === undefined) {
    return unsupported('model', 'Bedrock embeddings are translated for Titan, Nova and Cohere models only.');
  }
  if (texts === undefined) {
    return unsupported('input', 'Bedrock embeds texts, not token ids.');
  }
  if (request.dimensions !== undefined && !family.dimensions) {
    return unsupported('dimensions', 'The dimensions of this embedding model cannot be chosen.');
  }
  const requests = batches(texts, family.textsPerRequest).map((batch) => ({
    operation: 'embed' as const,
    headers: { accept: 'application/json' },
    body: family.body(batch, request),
  }));
  return { kind: 'encoded', requests, dropped: droppedFields(request, family) };
}

/** `encoding_format` is the gateway's business. */
const TRANSLATED: readonly string[] = ['model', 'input', 'dimensions', 'encoding_format'];

function droppedFields(request: EmbeddingsRequest, { inputType }: EmbeddingsFamily): readonly string[] {
  return Object.keys(request).filter((field) => !TRANSLATED.includes(field) && !(inputType && field === 'input_type'));
}

function unsupported(param: string, message: string): EmbeddingsEncoding {
  return { kind: 'unsupported', param, message };
}

function textsOf({ input }: EmbeddingsRequest): readonly string[] | undefined {
  const texts = typeof input === 'string' ? [input] : input.filter((text) => typeof text === 'string');
  return typeof input === 'string' || texts.length === input.length ? texts : undefined;
}

function batches(texts: readonly string[], size: number): readonly (readonly string[])[] {
  const count = Math.ceil(texts.length / size);
  return Array.from({ length: count }, (_, index) => texts.slice(index * size, (index + 1) * size));
}

function decodeEmbeddings(
  responses: readonly EmbeddingsResponse[],
  request: EmbeddingsRequest,
): EmbeddingsAnswer | AttemptFailure {
  const vectors = responses.flatMap(({ json }) => vectorsOf(json));
  const expected = textsOf(request)?.length;
  if (vectors.length !== expected || !vectors.every(isVector)) {
    return { kind: 'malformed', reason: 'The answer has not one vector for every input.' };
  }
  const counts = responses.map(tokensOf);
  const isCounted = counts.every((count) => count !== undefined);
  return {
    kind: 'embedded',
    vectors,
    promptTokens: isCounted ? counts.reduce((sum, count) => sum + count, 0) : undefined,
  };
}

/** Titan gives one `embedding`; Cohere a list of `embeddings`, or lists by type since version 4; Nova a list of objects. */
function vectorsOf(json: unknown): readonly unknown[] {
  const single = arrayMember(json, 'embedding');
  const byType = objectMember(json, 'embeddings');
  if (single.length > 0) {
    return [single];
  }
  return byType === undefined ? arrayMember(json, 'embeddings').map(plainVector) : arrayMember(byType, 'float');
}

function plainVector(item: unknown): unknown {
  return member(item, 'embedding') ?? item;
}

function isVector(vector: unknown): vector is readonly number[] {
  return Array.isArray(vector) && vector.length > 0 && vector.every((value) => typeof value === 'number');
}

function tokensOf({ json, headers }: EmbeddingsResponse): number | undefined {
  const header = headers['x-amzn-bedrock-input-token-count'] ?? '';
  return /^\d+$/.test(header) ? Number(header) : numberMember(json, 'inputTextTokenCount');
}
