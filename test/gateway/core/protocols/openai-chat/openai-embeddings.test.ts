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

  it('reads an error with status 200', () => {
    assert.equal(decode({ error: { code: 429, message: 'x' } }, ['a']).kind, 'rate-limited');
  });
});
