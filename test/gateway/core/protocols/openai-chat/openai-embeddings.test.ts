import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openAiEmbeddings } from '../../../../../functions/gateway/core/protocols/openai-chat/openai-embeddings.ts';

const TARGET = { model: 'embed-1', streaming: false };

function decode(json: unknown, input: string[]) {
  return openAiEmbeddings.decode([{ json, headers: {} }], { model: 'm', input }, TARGET);
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

  for (const [vendor, sizes] of [
    ['openai', [250]],
    ['dashscope', Array.from({ length: 25 }, () => 10)],
    ['zhipu', [64, 64, 64, 58]],
    ['google-ai', [100, 100, 50]],
  ] as const) {
    it(`asks ${vendor} for as many inputs at once as it takes, and puts the answers together in order`, () => {
      const request = { model: 'route', input: Array.from({ length: 250 }, (_, place) => `text ${place}`) };
      const encoding = openAiEmbeddings.encode(request, { ...TARGET, vendor });
      assert.ok(encoding.kind === 'encoded');
      const inputs = encoding.requests.map(({ body }) => body.input as readonly string[]);
      assert.deepEqual(
        inputs.map(({ length }) => length),
        sizes,
      );
      const responses = inputs.map((texts) => ({
        headers: {},
        json: {
          data: texts.map((text, index) => ({ index, embedding: [Number(text.slice(5))] })),
          usage: { prompt_tokens: texts.length },
        },
      }));
      const answer = openAiEmbeddings.decode(responses, request, { ...TARGET, vendor });
      assert.ok(answer.kind === 'embedded');
      assert.deepEqual(
        answer.vectors,
        request.input.map((_, place) => [place]),
      );
      assert.equal(answer.promptTokens, 250);
    });
  }

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

  it('reads an error with status 200', () => {
    assert.equal(decode({ error: { code: 429, message: 'x' } }, ['a']).kind, 'rate-limited');
  });
});
