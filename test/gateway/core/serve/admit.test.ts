import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KeyLimiter } from '../../../../functions/gateway/core/limits/key-limiter.ts';
import type { AuthenticatedKey } from '../../../../functions/gateway/core/serve/ports.ts';
import { coreGateway } from '../../../support/core-gateway.ts';
import { scriptedDial } from '../../../support/scripted-dial.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

const BODY = Buffer.from(JSON.stringify({ model: 'openai', messages: [{ role: 'user', content: 'hi' }] }));

/** What a limiter is asked and told in one call of a key's. */
async function toldOf(key: AuthenticatedKey): Promise<{ readonly told: readonly string[]; readonly timing: string }> {
  const told: string[] = [];
  const keyLimiter: KeyLimiter = {
    refusal: ({ account }) => void told.push(`refusal ${account}`),
    admit: async ({ account }) => {
      told.push(`admit ${account}`);
      return { kind: 'admitted', headers: {}, settle: async ({ requests }) => void told.push(`settle ${requests}`) };
    },
    noteSpent: async (account) => void told.push(`spent ${account}`),
    close: async () => undefined,
  };
  const { dial } = scriptedDial(virtualClock().clock, { status: 400, body: [{ text: '{}' }] });
  const ask = coreGateway(dial, async () => key, { keyLimiter });
  const { headers } = await ask('/v1/chat/completions', BODY);
  return { told, timing: headers['server-timing'] ?? '' };
}

describe('the account of a call', () => {
  it('is asked before and settled after, where its key is limited', async () => {
    const limits = { tokensPerMinute: 100 };
    const { told, timing } = await toldOf({ name: 'ci', account: 'hash', limits });
    assert.deepEqual(told, ['refusal hash', 'admit hash', 'settle 1']);
    assert.match(timing, /limits;/);
  });

  for (const limits of [undefined, {}, { models: ['openai'], callsAtOnce: 3 }]) {
    it(`is told what was spent and asked nothing, where its limits are ${JSON.stringify(limits)}`, async () => {
      const { told, timing } = await toldOf({ name: 'ci', account: 'hash', ...(limits && { limits }) });
      assert.deepEqual(told, ['spent hash']);
      assert.match(timing, /limits;/);
    });
  }

  it('is not there, where its key has none', async () => {
    const { told, timing } = await toldOf({ name: 'fuzz', limits: { tokensPerMinute: 100 } });
    assert.deepEqual(told, []);
    assert.doesNotMatch(timing, /limits;/);
  });
});
