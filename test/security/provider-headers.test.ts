import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runningGateway } from '../support/running-gateway.ts';
import { sendCase } from './send-case.ts';

/** All that any provider is ever sent. Whatever else a caller sends stays here. */
const ALLOWED = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'accept',
  'accept-encoding',
  'user-agent',
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'anthropic-version',
  'anthropic-beta',
  // The gateway's own, where the caller's is malformed.
  'traceparent',
]);

const OF_THE_CALLER: Readonly<Record<string, string>> = {
  'x-canary': 'canary',
  cookie: 'session=canary',
  'user-agent': 'canary/1.0',
  'openai-organization': 'canary',
  'openai-project': 'canary',
  'openai-beta': 'canary',
  'anthropic-beta': 'canary',
  'anthropic-version': 'canary',
  'x-goog-user-project': 'canary',
  'x-goog-api-key': 'canary',
  'api-key': 'canary',
  'x-amz-security-token': 'canary',
  'x-forwarded-for': '203.0.113.1',
  'x-stainless-lang': 'canary',
  'idempotency-key': 'canary',
  traceparent: '00-canary-canary-01',
  tracestate: 'canary=canary',
  baggage: 'canary=canary',
  'x-amzn-trace-id': 'Root=canary',
  'proxy-authorization': 'canary',
  'accept-language': 'canary',
  referer: 'https://canary.example',
  te: 'trailers',
  expect: '100-continue',
};

for (const protocol of ['openai', 'anthropic', 'gemini', 'bedrock'] as const) {
  describe(`a provider of the protocol ${protocol}`, () => {
    for (const stream of [true, false]) {
      test(`is sent none of the caller's headers, ${stream ? 'streamed' : 'plain'}`, async (context) => {
        const gateway = await runningGateway({ fakes: { vendor: protocol } });
        context.after(() => gateway.close());
        const answer = await sendCase(gateway.origin, {
          method: 'POST',
          path: '/v1/chat/completions?canary=canary',
          headers: { ...OF_THE_CALLER, authorization: `Bearer ${gateway.key}` },
          body: JSON.stringify({ model: 'all', stream, messages: [{ role: 'user', content: 'Hello' }] }),
        });
        assert.equal(answer.status, 200, answer.body);
        const request = await gateway.fakes.vendor.arrival(0);
        const text = JSON.stringify([request.headers, request.path, [...request.query]]);
        assert.ok(!/canary|203\.0\.113\.1|trailers|100-continue/.test(text), text);
        assert.ok(!text.includes(gateway.key), text);
        assert.deepEqual(
          Object.keys(request.headers).filter((name) => !ALLOWED.has(name)),
          [],
        );
      });

      test(`is asked for no compressed answer, ${stream ? 'streamed' : 'plain'}`, async (context) => {
        const gateway = await runningGateway({ fakes: { vendor: protocol } });
        context.after(() => gateway.close());
        await sendCase(gateway.origin, {
          method: 'POST',
          path: '/v1/chat/completions',
          headers: { authorization: `Bearer ${gateway.key}`, 'accept-encoding': 'gzip' },
          body: JSON.stringify({ model: 'all', stream, messages: [{ role: 'user', content: 'Hello' }] }),
        });
        assert.equal((await gateway.fakes.vendor.arrival(0)).headers['accept-encoding'], 'identity');
      });
    }
  });
}
