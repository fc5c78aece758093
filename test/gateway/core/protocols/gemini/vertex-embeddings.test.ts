import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { vertexEmbeddings } from '../../../../../functions/gateway/core/protocols/gemini/vertex-embeddings.ts';

const TARGET = { model: 'text-embedding-005', streaming: false };
const prediction = (value: number, count?: number): object => ({
  embeddings: { values: [value], ...(count !== undefined && { statistics: { token_count: count } }) },
});
const response = (...predictions: readonly object[]) => ({ json: { predictions }, headers: {} });

describe('embeddings of Vertex AI', () => {
  it('are asked sixteen texts at a time, of Gemini’s model one, and no text is cut in silence', () => {
    const input = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    const sizes = (model: string, rules = {}): readonly number[] => {
      const encoding = vertexEmbeddings.encode({ model: 'm', input }, { ...TARGET, model, rules });
      assert.ok(encoding.kind === 'encoded');
      assert.deepEqual(encoding.requests[0]?.body.parameters, { autoTruncate: false });
      return encoding.requests.map(({ body }) => (body.instances as readonly unknown[]).length);
    };
    assert.deepEqual(sizes('text-embedding-005'), [16, 4]);
    assert.deepEqual(sizes('gemini-embedding-001'), Array(20).fill(1));
    assert.deepEqual(sizes('endpoint-1', { baseModel: 'gemini-embedding-001' }), Array(20).fill(1));
  });

  it('name what they cannot honour', () => {
    const encoding = vertexEmbeddings.encode({ model: 'm', input: 'a', user: 'me' }, TARGET);
    assert.deepEqual(encoding.kind === 'encoded' && encoding.dropped, ['user']);
    assert.equal(vertexEmbeddings.encode({ model: 'm', input: [1, 2] }, TARGET).kind, 'unsupported');
  });

  it('come in the order of the texts, with their tokens where all were counted', () => {
    const asked = { model: 'm', input: ['a', 'b', 'c'] };
    assert.deepEqual(
      vertexEmbeddings.decode(
        [response(prediction(1, 2), prediction(2, 3)), response(prediction(3, 4))],
        asked,
        TARGET,
      ),
      {
        kind: 'embedded',
        vectors: [[1], [2], [3]],
        promptTokens: 9,
      },
    );
    const uncounted = vertexEmbeddings.decode(
      [response(prediction(1), prediction(2), prediction(3, 4))],
      asked,
      TARGET,
    );
    assert.ok(uncounted.kind === 'embedded' && uncounted.promptTokens === undefined);
  });

  it('are none where one is missing or no vector', () => {
    for (const answers of [
      [response(prediction(1))],
      [response(prediction(1), {})],
      [response()],
      [{ json: null, headers: {} }],
    ]) {
      assert.equal(vertexEmbeddings.decode(answers, { model: 'm', input: ['a', 'b'] }, TARGET).kind, 'malformed');
    }
  });
});
