import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptFailure } from '../../../../../functions/gateway/core/model/attempt-failure.ts';
import { anthropic } from '../../../../../functions/gateway/core/protocols/anthropic-messages/anthropic.ts';
import { readAnthropicErrorEvent } from '../../../../../functions/gateway/core/protocols/anthropic-messages/anthropic-failure.ts';

function failureOf(status: number, body: unknown, headers: Record<string, string> = {}): AttemptFailure {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return anthropic.readFailure({ status, headers, body: text, nowMs: 0 });
}

function error(type: string, message = 'Sorry', details: object | null = null): object {
  return { type: 'error', error: { type, message, details }, request_id: 'req_body' };
}

describe("a failure of Anthropic's", () => {
  const cases: readonly { name: string; status: number; body: unknown; kind: AttemptFailure['kind'] }[] = [
    { name: 'an invalid request', status: 400, body: error('invalid_request_error'), kind: 'rejected' },
    { name: 'a wrong key', status: 401, body: error('authentication_error'), kind: 'misconfigured' },
    { name: 'an unknown model', status: 404, body: error('not_found_error'), kind: 'misconfigured' },
    { name: 'a conflict', status: 409, body: error('conflict_error'), kind: 'conflicted' },
    { name: 'a request too large', status: 413, body: error('request_too_large'), kind: 'rejected' },
    { name: 'a failure of its own', status: 500, body: error('api_error'), kind: 'overloaded' },
    { name: 'a time-out of its own', status: 504, body: error('timeout_error'), kind: 'overloaded' },
    { name: 'an overload', status: 529, body: error('overloaded_error'), kind: 'overloaded' },
    {
      name: 'a prompt that is too long',
      status: 400,
      body: error('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
      kind: 'context-exceeded',
    },
    {
      name: 'a prompt that leaves no room for max_tokens',
      status: 400,
      body: error(
        'invalid_request_error',
        'input length and `max_tokens` exceed context limit: 190000 + 64000 > 200000',
      ),
      kind: 'context-exceeded',
    },
  ];
  for (const { name, status, body, kind } of cases) {
    it(`reads ${name} as ${kind}`, () => assert.equal(failureOf(status, body).kind, kind));
  }

  it('keeps what the vendor said and its request id', () => {
    assert.deepEqual(failureOf(529, error('overloaded_error'), { 'request-id': 'req_header' }).vendor, {
      status: 529,
      message: 'Sorry',
      type: 'overloaded_error',
      requestId: 'req_body',
    });
  });

  it('takes the request id from the header where the body has none', () => {
    assert.equal(failureOf(500, '', { 'request-id': 'req_header' }).vendor?.requestId, 'req_header');
  });

  it('waits as long as a rate limit says', () => {
    const failure = failureOf(429, error('rate_limit_error'), { 'retry-after': '12' });
    assert.ok(failure.kind === 'rate-limited' && failure.retryAfterMs === 12_000 && !failure.quota);
  });

  const quotas: readonly { name: string; status: number; body: object; quota: boolean }[] = [
    {
      name: 'an enforced spend limit',
      status: 429,
      body: error('rate_limit_error', 'x', { error_code: 'enforced_spend_limit_reached' }),
      quota: true,
    },
    {
      name: 'a contract limit',
      status: 429,
      body: error('rate_limit_error', 'x', { error_code: 'contract_spend_limit_reached' }),
      quota: true,
    },
    {
      name: 'a ramp limit',
      status: 429,
      body: error('rate_limit_error', 'x', { error_code: 'ramp_limit_exceeded' }),
      quota: false,
    },
    { name: 'an unpaid bill', status: 402, body: error('billing_error'), quota: true },
    {
      name: 'spent credit',
      status: 400,
      body: error('invalid_request_error', 'Your credit balance is too low to access the API.'),
      quota: true,
    },
    {
      name: 'an own limit',
      status: 400,
      body: error('invalid_request_error', 'You have reached your specified API usage limits.'),
      quota: true,
    },
  ];
  for (const { name, status, body, quota } of quotas) {
    it(`says that waiting ${quota ? 'does not help' : 'helps'} for ${name}`, () => {
      const failure = failureOf(status, body);
      assert.ok(failure.kind === 'rate-limited' && failure.quota === quota);
    });
  }

  for (const member of ['code', 'type']) {
    it(`takes another host's ${member} inside a stream for what its chat API means by it`, () => {
      const failed = (word: string) =>
        readAnthropicErrorEvent({ type: 'error', error: { type: 'api_error', message: 'No.', [member]: word } });
      const spent = failed('1113');
      assert.ok(spent.kind === 'rate-limited' && spent.quota);
      assert.equal(failed('1211').kind, 'misconfigured');
      assert.equal(failed('1261').kind, 'context-exceeded');
      assert.equal(failed('engine_overloaded_error').kind, 'overloaded');
    });
  }

  it('never passes on the HTML of a proxy', () => {
    const failure = failureOf(413, '<html><h1>413 Request Entity Too Large</h1></html>');
    assert.equal(failure.kind, 'rejected');
    assert.doesNotMatch(failure.vendor?.message ?? '', /</);
  });
});
