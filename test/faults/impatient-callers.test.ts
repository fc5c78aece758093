import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deploymentId, runningGateway } from '../support/running-gateway.ts';

const PATIENCE_MS = 500;

describe('callers who wait half a second, of an ordered route whose first deployment is silent', () => {
  for (const header of ['x-stainless-read-timeout', 'x-stainless-timeout']) {
    it(`and say so by ${header}, all get the answer of the second within it`, { timeout: 30_000 }, async () => {
      await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'openai' } });
      gateway.fakes.first.byDefault({ kind: 'answer', firstTokenDelayMs: 60_000 });
      const client = gateway.openai({ timeout: PATIENCE_MS, defaultHeaders: { [header]: String(PATIENCE_MS / 1000) } });
      const messages = [{ role: 'user' as const, content: 'Hello?' }];
      const models: string[] = [];
      for (let call = 0; call < 12; call += 1) {
        const stream = await client.chat.completions.create({ model: 'all', messages, stream: true });
        for await (const { model } of stream) {
          models[call] = model;
        }
      }
      assert.deepEqual([...new Set(models)], [deploymentId('second')]);
      assert.equal(models.length, 12);
    });
  }
});

describe('an ordered route whose first deployment was silent from the start', () => {
  it('leaves it after a few calls of one key whose caller waits for two seconds', { timeout: 60_000 }, async () => {
    await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'openai' } });
    gateway.fakes.first.byDefault({ kind: 'answer', firstTokenDelayMs: 60_000 });
    const client = gateway.openai({ timeout: 2000, defaultHeaders: { 'x-stainless-read-timeout': '2' } });
    const messages = [{ role: 'user' as const, content: 'Hello?' }];
    for (let call = 0; call < MOST_CALLS; call += 1) {
      await client.chat.completions.create({ model: 'all', messages });
    }
    const firsts = gateway.records.map(({ attempts }) => attempts[0]?.deployment);
    assert.equal(firsts[0], deploymentId('first'));
    assert.equal(firsts.at(-1), deploymentId('second'));
  });
});

const MOST_CALLS = 6;
