import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dial } from '../../../../functions/gateway/core/model/dial.ts';
import { coreGateway } from '../../../support/core-gateway.ts';

/** Every provider refuses every request, each in its own words. */
function refusing(asked: string[]): Dial {
  return async ({ deployment }) => {
    asked.push(deployment.provider);
    const message = `${deployment.provider} wants it otherwise.`;
    const error = { message, type: 'invalid_request_error', param: 'messages', code: null };
    const text = JSON.stringify(deployment.provider === 'bedrock' ? { message } : { type: 'error', error });
    return {
      kind: 'answered',
      status: 400,
      headers: {},
      body: (async function* () {
        yield new TextEncoder().encode(text);
      })(),
    };
  };
}

describe('a request that two providers refuse in words that nobody knows', () => {
  for (const stream of [false, true]) {
    it(`is answered with the first refusal, after two calls and no more, where stream is ${stream}`, async () => {
      const asked: string[] = [];
      const ask = coreGateway(refusing(asked));
      const body = { model: 'all', messages: [{ role: 'user', content: 'Hello' }], stream };
      const { status, headers, text } = await ask(
        '/v1/chat/completions',
        new TextEncoder().encode(JSON.stringify(body)),
      );
      assert.equal(status, 400);
      assert.equal(JSON.parse(text).error.message, 'openai wants it otherwise.');
      assert.deepEqual(asked, ['openai', 'anthropic']);
      assert.equal(headers['x-nemo-attempts'], '2');
      assert.equal(headers['x-should-retry'], 'false');
      assert.ok(headers['server-timing']?.includes('openai') && headers['server-timing']?.includes('anthropic'));
    });
  }
});
