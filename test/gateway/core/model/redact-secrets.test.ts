import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redactSecrets } from '../../../../functions/gateway/core/model/vendor-text.ts';

describe("a vendor's message for the caller", () => {
  const secrets = [
    'Incorrect API key provided: sk-proj-abc123XYZ_def. You can find',
    'Incorrect API key provided: sk-ab12********wxyz.',
    'invalid x-api-key: sk-ant-api03-AAAABBBBCCCC',
    'API key AIzaSyA1234567890abcdefghijk not valid',
    'Authorization: Bearer abcdefghijklmnop.qrstuv',
    'the key nemo_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA is',
    'The security token AKIAIOSFODNN7EXAMPLE is invalid',
    'api key gsk_abcdef1234567890',
  ];
  for (const text of secrets) {
    test(`says no credential: ${text.slice(0, 30)}`, () => {
      const redacted = redactSecrets(text);
      assert.match(redacted, /\[redacted\]/);
      assert.doesNotMatch(redacted, /sk-|AIza|abcdefghijklmnop|nemo_A|AKIA|gsk_/);
    });
  }

  const plain = [
    'Invalid schema for function: risk-averse-strategy is no type',
    'max_tokens: 5000 > 4096, which is the maximum for claude-sonnet',
    'Bearer of bad news',
    'The api key is missing',
    'task-oriented dialogue',
  ];
  for (const text of plain) {
    test(`stays as it is: ${text.slice(0, 30)}`, () => assert.equal(redactSecrets(text), text));
  }

  test('is read in time that grows with its length only', () => {
    const startedMs = performance.now();
    redactSecrets('api key '.repeat(200_000));
    redactSecrets('sk-'.repeat(400_000));
    redactSecrets(`Bearer ${' '.repeat(1_000_000)}`);
    assert.ok(performance.now() - startedMs < 2_000);
  });
});
