import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EmbeddingsRequest } from '../../../../../functions/gateway/core/model/embeddings.ts';
import { bedrock } from '../../../../../functions/gateway/core/protocols/bedrock-converse/bedrock.ts';
import type { EmbeddingsEncoding } from '../../../../../functions/gateway/core/protocols/protocol.ts';

const TITAN = 'amazon.titan-embed-text-v2:0';
const COHERE_3 = 'cohere.embed-english-v3';
const COHERE_4 = 'us.cohere.embed-v4:0';

function encode(model: string, fields: Omit<EmbeddingsRequest, 'model'>): EmbeddingsEncoding {
  return codec().encode({ ...fields, model: 'route' } as EmbeddingsRequest, { model, streaming: false });
}

function bodies(model: string, fields: Omit<EmbeddingsRequest, 'model'>): readonly unknown[] {
  const encoding = encode(model, fields);
  return encoding.kind === 'encoded' ? encoding.requests.map(({ body }) => body) : [encoding];
}

function codec() {
  assert.ok(bedrock.embeddings);
  return bedrock.embeddings;
}

function decode(input: EmbeddingsRequest['input'], ...responses: readonly { json: unknown; tokens?: string }[]) {
  const read = responses.map(({ json, tokens }) => ({
    json,
    headers: tokens === undefined ? {} : { 'x-amzn-bedrock-input-token-count': tokens },
  }));
  return codec().decode(read, { model: 'route', input }, { model: TITAN, streaming: false });
}

test('fields that a model has no place for are named as dropped', () => {
  const fields = { input: 'a', user: 'u', input_type: 'search_query', encoding_format: 'base64' } as const;
  const dropped = (model: string) => {
    const encoding = encode(model, fields);
    return encoding.kind === 'encoded' ? encoding.dropped : encoding;
  };
  assert.deepEqual(dropped(TITAN), ['user', 'input_type']);
  assert.deepEqual(dropped(COHERE_3), ['user']);
  assert.deepEqual(dropped(COHERE_4), ['user']);
});

test('Titan is asked once an input, with the dimensions where it takes them', () => {
  assert.deepEqual(bodies(TITAN, { input: ['a', 'b'], dimensions: 256 }), [
    { inputText: 'a', dimensions: 256 },
    { inputText: 'b', dimensions: 256 },
  ]);
  assert.deepEqual(bodies('amazon.titan-embed-text-v1', { input: 'a' }), [{ inputText: 'a' }]);
  assert.deepEqual(bodies('amazon.titan-embed-image-v1', { input: 'a', dimensions: 256 }), [
    { inputText: 'a', embeddingConfig: { outputEmbeddingLength: 256 } },
  ]);
});

test('Cohere is asked in batches of 96 and told what the vectors are for', () => {
  const input = Array.from({ length: 100 }, (_, index) => `text ${index}`);
  assert.deepEqual(bodies(COHERE_3, { input }), [
    { texts: input.slice(0, 96), input_type: 'search_document' },
    { texts: input.slice(96), input_type: 'search_document' },
  ]);
  assert.deepEqual(bodies(COHERE_4, { input: 'a', dimensions: 512, input_type: 'search_query' }), [
    { texts: ['a'], input_type: 'search_query', embedding_types: ['float'], output_dimension: 512 },
  ]);
});

test('Each request asks for embeddings as JSON', () => {
  const encoding = encode(TITAN, { input: ['a', 'b'] });
  const requests = encoding.kind === 'encoded' ? encoding.requests : [];
  assert.deepEqual(
    requests.map(({ operation, headers }) => [operation, headers]),
    [
      ['embed', { accept: 'application/json' }],
      ['embed', { accept: 'application/json' }],
    ],
  );
});

test('Token ids, dimensions that cannot be chosen and unknown models are refused', () => {
  const refused = [
    encode(TITAN, { input: [1, 2] }),
    encode(TITAN, { input: [[1], [2]] }),
    encode(COHERE_3, { input: 'a', dimensions: 256 }),
    encode('amazon.nova-lite-v1:0', { input: 'a' }),
  ];
  assert.deepEqual(
    refused.map((encoding) => encoding.kind === 'unsupported' && encoding.param),
    ['input', 'input', 'dimensions', 'model'],
  );
});

test('The vectors of Titan, Cohere 3 and Cohere 4 are read in the order of the inputs', () => {
  assert.deepEqual(
    decode(
      ['a', 'b'],
      { json: { embedding: [1, 2], inputTextTokenCount: 3 } },
      { json: { embedding: [3, 4], inputTextTokenCount: 4 } },
    ),
    {
      kind: 'embedded',
      vectors: [
        [1, 2],
        [3, 4],
      ],
      promptTokens: 7,
    },
  );
  assert.deepEqual(decode(['a', 'b'], { json: { embeddings: [[1], [2]] }, tokens: '9' }), {
    kind: 'embedded',
    vectors: [[1], [2]],
    promptTokens: 9,
  });
  assert.deepEqual(decode('a', { json: { embeddings: { float: [[1]] } } }), {
    kind: 'embedded',
    vectors: [[1]],
    promptTokens: undefined,
  });
});

test('An answer that has not one vector for every input is malformed', () => {
  for (const json of [{ embeddings: [[1]] }, { embedding: ['x'] }, {}, null, 'x', { embeddings: [[1], []] }]) {
    assert.equal(decode(['a', 'b'], { json }).kind, 'malformed');
  }
});
