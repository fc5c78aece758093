import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Credentials } from '../../../functions/gateway/adapters/credentials.ts';
import {
  credentialsOf,
  type LocalSecretsManager,
  startLocalSecretsManager,
} from '../../support/local-secrets-manager.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('the credentials in a secret', () => {
  let secrets: LocalSecretsManager;
  let nowMs: number;
  let credentials: Credentials;
  beforeEach(async () => {
    secrets = await startLocalSecretsManager();
    secrets.set({ A: 'a-1', B: 'b-1' });
    nowMs = 1_000_000;
    credentials = credentialsOf(secrets, () => nowMs);
  });
  afterEach(() => secrets.close());

  it('are read once for many calls at the same time', async () => {
    const values = await Promise.all(['A', 'B', 'A'].map((name) => credentials(name)));
    assert.deepEqual([values, secrets.reads()], [['a-1', 'b-1', 'a-1'], 1]);
  });

  it('are read again behind the caller when they are five minutes old', async () => {
    await credentials('A');
    secrets.set({ A: 'a-2' });
    nowMs += 5 * MINUTE + 1;
    const held = secrets.hold();
    assert.equal(await credentials('A'), 'a-1');
    await secrets.arrival(2);
    held.open();
    // Joins the read that is under way.
    assert.equal(await credentials('A', 'a-1'), 'a-2');
    assert.equal(secrets.reads(), 2);
  });

  it('are not inherited property names, nor anything but text', async () => {
    assert.equal(await credentials('constructor'), undefined);
    assert.equal(await credentials('__proto__'), undefined);
  });

  it('may be a JSON file as it is, as that of a service account', async () => {
    secrets.set({ GOOGLE: { client_email: 'a@p.iam' } });
    assert.equal(await credentials('GOOGLE'), '{"client_email":"a@p.iam"}');
  });

  it('reject until there is a secret, and then work at once', async () => {
    secrets.set(undefined);
    await assert.rejects(
      credentials('A'),
      /Secrets Manager did not give the secret any: 400 ResourceNotFoundException/,
    );
    secrets.set({ A: 'a-1' });
    assert.equal(await credentials('A'), 'a-1');
  });

  describe('one of which a provider has refused', () => {
    it('are read at once: a rotated one works with the same call', async () => {
      const refused = await credentials('A');
      secrets.set({ A: 'a-2', B: 'b-1' });
      assert.equal(await credentials('A', refused), 'a-2');
      assert.equal(secrets.reads(), 2);
    });

    it('are not read where it is not the one in use any more', async () => {
      await credentials('A');
      assert.equal(await credentials('A', 'a-0'), 'a-1');
      assert.equal(secrets.reads(), 1);
    });

    it('are read once however many calls were refused at the same time', async () => {
      await credentials('A');
      secrets.set({ A: 'a-2', B: 'b-1' });
      const values = await Promise.all(Array.from({ length: 200 }, () => credentials('A', 'a-1')));
      assert.deepEqual([new Set(values), secrets.reads()], [new Set(['a-2']), 2]);
    });

    it('are read less and less where it stays as it is, and every minute at the most', async () => {
      await credentials('A');
      const readAfterSeconds: number[] = [];
      for (let second = 0; second <= 240; second++) {
        const before = secrets.reads();
        assert.equal(await credentials('A', 'a-1'), 'a-1');
        if (secrets.reads() > before) {
          readAfterSeconds.push(second);
        }
        nowMs += SECOND;
      }
      assert.deepEqual(readAfterSeconds, [0, 5, 15, 35, 75, 135, 195]);
    });

    it('are read for another one while the first stays wrong', async () => {
      await credentials('A');
      for (let second = 0; second <= 80; second++) {
        await credentials('A', 'a-1');
        nowMs += SECOND;
      }
      secrets.set({ A: 'a-1', B: 'b-2' });
      assert.equal(await credentials('B', 'b-1'), 'b-2');
    });

    it('are read quickly again after a change that was refused too', async () => {
      await credentials('A');
      secrets.set({ A: 'a-2' });
      await credentials('A', 'a-1');
      nowMs += 5 * SECOND;
      secrets.set({ A: 'a-3' });
      assert.equal(await credentials('A', 'a-2'), 'a-3');
    });

    it('serve on as they are where Secrets Manager does not answer', async () => {
      await credentials('A');
      secrets.set(undefined);
      assert.equal(await credentials('A', 'a-1'), 'a-1');
      assert.equal(await credentials('B'), 'b-1');
    });
  });

  it('one of which is missing are read once more, so that it works as soon as it is there', async () => {
    assert.equal(await credentials('NEW'), undefined);
    assert.equal(secrets.reads(), 1);
    secrets.set({ A: 'a-1', NEW: 'new-1' });
    assert.equal(await credentials('NEW'), 'new-1');
    assert.equal(await credentials('NEW'), 'new-1');
    assert.equal(secrets.reads(), 2);
  });
});
