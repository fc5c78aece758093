import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretsOf } from '../../../functions/gateway/adapters/shown-proof.ts';

test('credentials are found under their headers in any case, without their scheme', () => {
  const headers = {
    Authorization: 'Bearer abcdefghij',
    'X-Api-Key': 'klmnopqrst',
    'x-goog-api-key': 'uvwxyz123',
    'x-amz-security-token': 'token-of-aws',
    'content-type': 'application/json',
    'api-key': 'short',
  };
  assert.deepEqual(secretsOf(headers), ['abcdefghij', 'klmnopqrst', 'uvwxyz123', 'token-of-aws']);
});

test("credentials are found under the names of an operator's own headers", () => {
  const cases = [
    ['X-Gateway-Auth', 'gateway-credential', ['gateway-credential']],
    ['proxy-authorization', 'Basic dXNlcjpwYXNz', ['dXNlcjpwYXNz']],
    ['cf-access-client-secret', 'access-secret', ['access-secret']],
    ['Ocp-Apim-Subscription-Key', 'subscription', ['subscription']],
    ['x-session-token', 'Token session-token', ['session-token']],
    ['Cookie', 'a=first-value; b=second-value', ['a=first-value; b=second-value', 'first-value', 'second-value']],
    ['anthropic-beta', 'some-feature-of-2025', []],
  ] as const;
  for (const [name, value, secrets] of cases) {
    assert.deepEqual(secretsOf({ [name]: value }), secrets, name);
  }
});
