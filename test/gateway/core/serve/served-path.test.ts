import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { servedPath } from '../../../../functions/gateway/core/serve/head.ts';
import fc from '../../../support/property.ts';

describe('the path that a client means', () => {
  for (const [sent, meant] of [
    ['/v1/chat/completions', '/v1/chat/completions'],
    ['/v1/chat/completions/', '/v1/chat/completions'],
    ['//v1/chat/completions', '/v1/chat/completions'],
    ['/v1/v1/messages', '/v1/messages'],
    ['/chat/completions', '/v1/chat/completions'],
    ['/messages/count_tokens', '/v1/messages/count_tokens'],
    ['/responses/resp_1/', '/v1/responses/resp_1'],
    ['/models', '/v1/models'],
    ['/models/a/b', '/v1/models/a/b'],
    ['/modelsx', '/modelsx'],
    ['/health/', '/health/'],
    ['//health', '//health'],
    ['/status/', '/status/'],
    ['/chat', '/chat'],
    ['/', '/'],
    ['//', '//'],
    ['', ''],
    ['*', '*'],
    ['/v1', '/v1'],
    ['/v1/v1', '/v1/v1'],
    ['/v2/chat/completions', '/v2/chat/completions'],
  ] as const) {
    it(`${JSON.stringify(sent)} is ${JSON.stringify(meant)}`, () => {
      assert.equal(servedPath(sent), meant);
    });
  }

  it('is found in one pass, whatever is sent', () => {
    assert.equal(servedPath(`${'/'.repeat(200_000)}models${'/'.repeat(200_000)}`), '/v1/models');
    fc.assert(
      fc.property(fc.array(fc.constantFrom('/', 'v1', 'models', 'x')), (pieces) => {
        const meant = servedPath(pieces.join(''));
        assert.equal(servedPath(meant), meant);
        assert.ok(meant === pieces.join('') || /^\/v1\/models(?:\/.*[^/])?$/.test(meant), meant);
      }),
    );
  });
});
