import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { readError, refusesCredential } from '../../../functions/gateway/adapters/credential-refusal.ts';
import { PROTOCOLS } from '../../../functions/gateway/core/protocols/protocols.ts';

describe("an error's body", () => {
  it('is read to its end', async () => {
    const whole = Readable.from([Buffer.from('a'), Buffer.from('b')]);
    assert.deepEqual(await readError(whole), { parts: [Buffer.from('a'), Buffer.from('b')] });
  });

  it('that breaks is what came before, and is known to have broken', async () => {
    const reason = new Error('reset');
    const breaking = Readable.from(
      (async function* () {
        yield Buffer.from('before');
        throw reason;
      })(),
    );
    assert.deepEqual(await readError(breaking), { parts: [Buffer.from('before')], broken: { reason } });
  });

  it('that never ends is cut off after its time', async () => {
    const silent = new Readable({ read: () => undefined });
    silent.push(Buffer.from('begun'));
    const { parts, broken } = await readError(silent, 1);
    assert.deepEqual(parts, [Buffer.from('begun')]);
    assert.ok(broken !== undefined);
    assert.ok(silent.destroyed);
  });

  it('that is too long is cut off after its size', async () => {
    let given = 0;
    const endless = Readable.from(
      (function* () {
        while (true) {
          given += 1;
          yield Buffer.alloc(1024);
        }
      })(),
    );
    assert.equal((await readError(endless)).parts.length, 64);
    assert.ok(given < 200, String(given));
    assert.ok(endless.destroyed);
  });
});

describe('a refusal', () => {
  const bodies: readonly [string, keyof typeof PROTOCOLS, number, string, boolean][] = [
    ['a 401 without a body', 'openai', 401, '', true],
    ['a 403 in HTML', 'anthropic', 403, '<html>no</html>', true],
    [
      'a 400 about the request',
      'openai',
      400,
      '{"error":{"message":"No such field","code":"unknown_parameter"}}',
      false,
    ],
    ['a 400 about the key', 'gemini', 400, '{"error":{"code":400,"details":[{"reason":"API_KEY_INVALID"}]}}', true],
  ];
  for (const [what, protocol, status, text, isRefused] of bodies) {
    it(`of the credential is ${isRefused ? '' : 'not '}${what}`, () => {
      const error = { status, headers: {}, body: [Buffer.from(text)] };
      assert.equal(refusesCredential(error, PROTOCOLS[protocol]), isRefused);
    });
  }
});
