import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EmbeddingsRequest } from '../../../../../functions/gateway/core/model/embeddings.ts';
import { gemini } from '../../../../../functions/gateway/core/protocols/gemini/gemini.ts';
import { arrayMember, type JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';
import fc from '../../../../support/property.ts';

const TARGET = { model: 'gemini-embedding-001', streaming: false };
const embeddings = gemini.embeddings;
assert.ok(embeddings);
const { encode } = embeddings;
const decode = (responses: Parameters<typeof embeddings.decode>[0], asked: EmbeddingsRequest) =>
  embeddings.decode(responses, asked, TARGET);

function request(input: EmbeddingsRequest['input'], more: Partial<EmbeddingsRequest> = {}): EmbeddingsRequest {
  return { model: 'route', input, ...more };
}

function response(json: JsonObject) {
  return { json, headers: {} };
}

test('each text is one request of a batch, with the asked dimensions', () => {
  const more = { dimensions: 768, encoding_format: 'base64', user: 'me' } as const;
  const ask = (text: string) => ({
    model: 'models/gemini-embedding-001',
    content: { parts: [{ text }] },
    outputDimensionality: 768,
  });
  assert.deepEqual(encode(request(['a', 'b'], more), TARGET), {
    kind: 'encoded',
    requests: [
      {
        operation: 'embed-batch',
        headers: {},
        body: { requests: [ask('a'), ask('b')] },
      },
    ],
    dropped: ['user'],
  });
});

test('inputs are split into batches of at most a hundred, in order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 450 }), (count) => {
      const inputs = Array.from({ length: count }, (_, index) => `text ${index}`);
      const encoding = encode(request(inputs), TARGET);
      assert.equal(encoding.kind, 'encoded');
      const batches = encoding.requests.map(({ body }) => arrayMember(body, 'requests'));
      assert.ok(batches.every((batch) => batch.length > 0 && batch.length <= 100));
      const texts = batches
        .flat()
        .map((item) => (item as { content: { parts: { text: string }[] } }).content.parts[0]?.text);
      assert.deepEqual(texts, inputs);
    }),
    { numRuns: 20 },
  );
});

test('token ids are refused', () => {
  for (const input of [
    [1, 2],
    [[1], [2]],
  ]) {
    const encoding = encode(request(input), TARGET);
    assert.equal(encoding.kind === 'unsupported' && encoding.param, 'input');
  }
});

test('vectors come back in the order of the inputs, over all batches', () => {
  const answer = decode(
    [
      response({ embeddings: [{ values: [1, 2] }, { values: [3, 4] }] }),
      response({ embeddings: [{ values: [5, 6] }] }),
    ],
    request(['a', 'b', 'c']),
  );
  const vectors = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  assert.deepEqual(answer, { kind: 'embedded', vectors, promptTokens: undefined });
});

test('tokens are known only where every response counts them', () => {
  const counted = { embeddings: [{ values: [1] }], usageMetadata: { promptTokenCount: 4 } };
  const uncounted = { embeddings: [{ values: [1] }] };
  const tokens = (...jsons: readonly JsonObject[]) => {
    const answer = decode(jsons.map(response), request(jsons.map(() => 'a')));
    assert.equal(answer.kind, 'embedded');
    return answer.promptTokens;
  };
  assert.equal(tokens(counted, counted), 8);
  assert.equal(tokens(counted, uncounted), undefined);
});

test('a response that does not answer every input with numbers is malformed', () => {
  const answers: readonly JsonObject[] = [
    {},
    { embeddings: [] },
    { embeddings: [{ values: [1] }, { values: [2] }] },
    { embeddings: [{ values: ['1'] }] },
    { embeddings: [{}] },
  ];
  for (const json of answers) {
    assert.equal(decode([response(json)], request('a')).kind, 'malformed');
  }
  assert.equal(decode([response({ error: { code: 503 } })], request('a')).kind, 'overloaded');
});
