import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openAiEmbeddings } from '../../../../../functions/gateway/core/protocols/openai-chat/openai-embeddings.ts';

const TARGET = { model: 'embed-1', streaming: false };

function decode(json: unknown, input: string[]) {
  return openAiEmbeddings.decode([{ json, headers: {} }], { model: 'm', input });
}

describe('openAiEmbeddings', () => {
  it('sends what the caller sent, with another model', () => {
    const request = { model: 'route', input: ['a'], encoding_format: 'base64', dimensions: 8, extra: 1 } as const;
    assert.deepEqual(openAiEmbeddings.encode(request, TARGET), {
      kind: 'encoded',
      requests: [{ operation: 'embed', headers: {}, body: { ...request, model: 'embed-1' } }],
      dropped: [],
    });
  });

  it('reads vectors in the order of the inputs, as numbers or as base64', () => {
    const data = [
      { index: 1, embedding: 'AADAPw==' },
      { index: 0, embedding: [0.5] },
    ];
    assert.deepEqual(decode({ data, usage: { prompt_tokens: 4, total_tokens: 4 } }, ['a', 'b']), {
      kind: 'embedded',
      vectors: [[0.5], 'AADAPw=='],
      promptTokens: 4,
    });
  });

  it('does not know the tokens that a server does not count', () => {
    const answer = decode({ data: [{ embedding: [1] }] }, ['a']);
    assert.ok(answer.kind === 'embedded' && answer.promptTokens === undefined);
  });

  const broken: readonly [claim: string, json: unknown][] = [
    ['no JSON', undefined],
    ['no data', {}],
    ['too few vectors', { data: [] }],
    ['a vector that is none', { data: [{ embedding: { a: 1 } }] }],
    ['numbers that are none', { data: [{ embedding: [null] }] }],
    ['base64 that is none', { data: [{ embedding: '***' }] }],
  ];
  for (const [claim, json] of broken) {
    it(`calls ${claim} malformed`, () => assert.equal(decode(json, ['a']).kind, 'malformed'));
  }

  const limits = [
    ['text-embedding-3-small', undefined, undefined, 2048],
    ['bge-m3', undefined, undefined, 2048],
    ['bge-m3', 'huggingface', undefined, 32],
    ['text-embedding-v2', undefined, undefined, 25],
    ['text-embedding-v4', 'dashscope', undefined, 10],
    ['qwen3-embedding', 'dashscope', undefined, 10],
    ['embedding-3', 'zhipu', undefined, 64],
    ['embed-v4.0', undefined, undefined, 96],
    ['gemini-embedding-001', undefined, undefined, 100],
    ['bge-m3', undefined, { maxEmbeddingInputs: 3 }, 3],
  ] as const;
  for (const [model, vendor, rules, most] of limits) {
    const where = `${model} at ${vendor ?? 'a server'}${rules === undefined ? '' : ' as configured'}`;
    it(`asks ${where} for at most ${most} inputs in a call, and puts the answers together in order`, () => {
      const target = { model, streaming: false, ...(vendor && { vendor }), ...(rules && { rules }) };
      const texts = Array.from({ length: 2 * most + 1 }, (_, index) => `text ${index}`);
      const encoding = openAiEmbeddings.encode({ model: 'route', input: texts, dimensions: 8 }, target);
      assert.ok(encoding.kind === 'encoded');
      const bodies = encoding.requests.map(({ body }) => body);
      assert.deepEqual(
        bodies.map(({ input }) => (input as string[]).length),
        [most, most, 1],
      );
      assert.ok(bodies.every((body) => body.model === model && body.dimensions === 8));
      const responses = bodies.map(({ input }) => ({
        headers: {},
        json: {
          data: (input as string[]).map((text, index) => ({ index, embedding: [Number(text.slice(5))] })).reverse(),
          usage: { prompt_tokens: 2 },
        },
      }));
      assert.deepEqual(openAiEmbeddings.decode(responses, { model: 'm', input: texts }), {
        kind: 'embedded',
        vectors: texts.map((_, index) => [index]),
        promptTokens: 6,
      });
    });
  }

  it('sends lists of token ids in batches too, and one list as it is', () => {
    const target = { ...TARGET, rules: { maxEmbeddingInputs: 2 } };
    const inputs = (input: number[] | number[][]) => {
      const encoding = openAiEmbeddings.encode({ model: 'm', input }, target);
      return encoding.kind === 'encoded' ? encoding.requests.map(({ body }) => body.input) : [];
    };
    assert.deepEqual(inputs([1, 2, 3]), [[1, 2, 3]]);
    assert.deepEqual(inputs([[1], [2], [3]]), [[[1], [2]], [[3]]]);
  });

  it('does not know the tokens where one of several answers does not count, and fails where one fails', () => {
    const input = ['a', 'b'];
    const one = { headers: {}, json: { data: [{ embedding: [1] }], usage: { prompt_tokens: 1 } } };
    const uncounted = openAiEmbeddings.decode([one, { headers: {}, json: { data: [{ embedding: [2] }] } }], {
      model: 'm',
      input,
    });
    assert.ok(uncounted.kind === 'embedded' && uncounted.promptTokens === undefined);
    const failed = openAiEmbeddings.decode([one, { headers: {}, json: { error: { code: 429, message: 'x' } } }], {
      model: 'm',
      input,
    });
    assert.equal(failed.kind, 'rate-limited');
  });

  it('reads an error with status 200', () => {
    assert.equal(decode({ error: { code: 429, message: 'x' } }, ['a']).kind, 'rate-limited');
  });
});
