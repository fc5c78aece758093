import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { secretsOf, withoutSecrets } from '../../../functions/gateway/adapters/shown-proof.ts';
import fc from '../../support/property.ts';

async function redacted(chunks: readonly string[], secrets: readonly string[]): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of withoutSecrets(toAsync(chunks), secrets)) {
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

async function* toAsync(chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    yield Buffer.from(chunk);
  }
}

describe('an error of a vendor', () => {
  test('says none of our credentials, wherever its bytes are cut', async () => {
    const SECRET = 'aab-aaab-aabc';
    const texts = fc.array(fc.constantFrom('a', 'b', '-', 'aab-', SECRET, 'x'), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(texts, fc.array(fc.nat({ max: 60 }), { maxLength: 8 }), async (words, cuts) => {
        const text = words.join('');
        const places = [0, ...cuts.filter((cut) => cut < text.length), text.length].sort((a, b) => a - b);
        const chunks = places.slice(1).map((end, index) => text.slice(places[index], end));
        assert.equal(await redacted(chunks, [SECRET]), text.replaceAll(SECRET, '[redacted]'));
      }),
    );
  });

  test('is passed on as it is where there is nothing to hide', async () => {
    assert.equal(await redacted(['one', '', 'two'], []), 'onetwo');
    assert.equal(await redacted(['nothing here'], ['some-secret']), 'nothing here');
  });
});

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
