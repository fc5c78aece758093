import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sentStatus } from '../../../../functions/gateway/core/serve/insistent-client.ts';
import { unknownPath, wrongMethod } from '../../../../functions/gateway/core/serve/unserved-path.ts';

const PATHS: readonly (readonly [path: string, says: RegExp])[] = [
  ['/v1/audio/transcriptions', /no speech.*\/v1\/chat\/completions/],
  ['/v1/audio/speech', /no speech/],
  ['/v1/messages/batches', /no batches.*POST \/v1\/messages\./],
  ['/v1/messages/batches/msgbatch_1/results', /no batches/],
  ['/v1/messages/other', /count_tokens/],
  ['/v1/complete', /POST \/v1\/messages/],
  ['/v1/sessions', /no agents/],
  ['/v1/images/generations', /no images/],
  ['/v1/videos', /no videos/],
  ['/v1/moderations', /does not moderate/],
  ['/v1/files', /base64/],
  ['/v1/batches', /by itself/],
  ['/v1/vector_stores/vs_1', /\/v1\/embeddings/],
  ['/v1/conversations', /\/v1\/responses/],
  ['/v1/responses/resp_1/cancel', /cancelled/],
  ['/v1/responses/other', /resp_/],
  ['/v1/responses/input_tokens', /count_tokens/],
  ['/v1/responses/compact', /compacts/],
  ['/v1/assistants', /\/v1\/responses/],
  ['/v1/realtime', /"stream": true/],
  ['/v1/rerank', /Ask the vendor/],
  ['/v1beta/models/gemini:generateContent', /OpenAI client/],
  ['/v1/audiences', /base_url/],
  ['/chat/completions', /base_url/],
];

describe('a path at which nothing is served', () => {
  for (const [path, says] of PATHS) {
    it(`${path} is named, with what to use in its place`, () => {
      const error = unknownPath('POST', path);
      assert.deepEqual([error.status, error.code], [404, 'unknown_url']);
      assert.ok(error.message.startsWith(`There is no POST "${path}". `));
      assert.match(error.message, says);
    });
  }

  it('is cut where it is long', () => {
    assert.ok(unknownPath('P'.repeat(999), '/'.repeat(9999)).message.length < 900);
  });
});

describe('a method that is not served', () => {
  it('is told which are', () => {
    const error = wrongMethod('PUT', '/v1/responses', ['POST']);
    assert.deepEqual([error.status, error.headers], [405, { allow: 'POST' }]);
  });

  it('is answered with 426 where a WebSocket of the Responses API is asked for', () => {
    assert.equal(wrongMethod('GET', '/v1/responses', ['POST']).status, 426);
    assert.equal(wrongMethod('GET', '/v1/embeddings', ['POST']).status, 405);
  });
});

describe('the status that is sent with an error', () => {
  const TRIED = { 'x-should-retry': 'false' };
  const CASES: readonly (readonly [headers: Record<string, string>, status: number, own: object, sent: number])[] = [
    [{ originator: 'codex_exec' }, 502, TRIED, 400],
    [{ 'user-agent': 'codex_cli_rs/0.171.0' }, 504, TRIED, 400],
    [{ originator: 'codex_exec' }, 500, {}, 500],
    [{ originator: 'codex_exec' }, 429, TRIED, 429],
    [{ 'user-agent': 'OpenAI/Python 2.54' }, 502, TRIED, 502],
    [{}, 502, TRIED, 502],
  ];
  for (const [headers, status, own, sent] of CASES) {
    it(`is ${sent} for ${status} to ${JSON.stringify(headers)}${own === TRIED ? ' once all has been tried' : ''}`, () => {
      assert.equal(sentStatus(headers, { status, headers: own as Record<string, string> }), sent);
    });
  }
});
