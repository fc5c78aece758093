import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFailedResponse, secretsOf } from '../../../../functions/gateway/core/attempt/failed-response.ts';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import { openai } from '../../../../functions/gateway/core/protocols/openai-chat/openai.ts';
import fc from '../../../support/property.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

const SECRET = 'aab-aaab-aabc';

/** The text that the protocol is given of a body that comes in these chunks; `breaks`: the connection does after them. */
async function textOf(chunks: readonly string[], secrets: readonly string[], breaks = false): Promise<string> {
  let read = '';
  const protocol = {
    ...openai,
    readFailure: ({ body }: { readonly body: string }): AttemptFailure => {
      read = body;
      return { kind: 'overloaded', status: 503 };
    },
  };
  const { clock } = virtualClock();
  const shown = Object.fromEntries(secrets.map((secret, index) => [`key-${index}`, secret]));
  const response = { kind: 'answered', status: 503, headers: {}, body: bodyOf(chunks, breaks), shown } as const;
  await readFailedResponse(response, { protocol, clock, request: {} }, new AbortController().signal);
  return read;
}

async function* bodyOf(chunks: readonly string[], breaks: boolean): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    yield Buffer.from(chunk);
  }
  if (breaks) {
    throw Object.assign(new Error('It broke.'), { code: 'ECONNRESET' });
  }
}

describe('an error of a vendor', () => {
  test('says none of our credentials, wherever its bytes are cut', async () => {
    const texts = fc.array(fc.constantFrom('a', 'b', '-', 'aab-', SECRET, 'x'), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(texts, fc.array(fc.nat({ max: 60 }), { maxLength: 8 }), async (words, cuts) => {
        const text = words.join('');
        const places = [0, ...cuts.filter((cut) => cut < text.length), text.length].sort((a, b) => a - b);
        const chunks = places.slice(1).map((end, index) => text.slice(places[index], end));
        assert.equal(await textOf(chunks, [SECRET]), text.replaceAll(SECRET, '[redacted]'));
      }),
    );
  });

  test('says no part of a credential whose end does not come: it breaks off, or is longer than what is read', async () => {
    for (let length = 1; length < SECRET.length; length += 1) {
      const part = SECRET.slice(0, length);
      assert.doesNotMatch(await textOf(['x'.repeat(20), part], [SECRET], true), /a/);
      const long = `${'x'.repeat(64 * 1024 - length)}${part}`;
      assert.doesNotMatch(await textOf([long, SECRET.slice(length)], [SECRET]), /a/);
    }
  });

  test('that has come whole is read though its connection breaks then, however long the credentials are', async () => {
    const token = `AWS4-HMAC-SHA256 Credential=${'x'.repeat(600)}`;
    const text = JSON.stringify({ message: `Too many requests for ${token}: wait.`, code: 'ThrottlingException' });
    const told = text.replace(token, '[redacted]');
    for (const length of [1, 20, text.length]) {
      assert.equal(await textOf([text.slice(0, length), text.slice(length)], [token], true), told);
      assert.equal(await textOf(['[', text.slice(0, length), text.slice(length), ']'], [token], true), `[${told}]`);
    }
    // A text without an end of its own may end within a credential.
    assert.equal(await textOf([text.slice(0, -1)], [token], true), '');
    assert.equal(await textOf(['12345678'], ['1234567890'], true), '');
  });

  test('is passed on as it is where there is nothing to hide', async () => {
    assert.equal(await textOf(['one', '', 'two'], []), 'onetwo');
    assert.equal(await textOf(['nothing here'], ['some-secret']), 'nothing here');
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
