import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deploymentId, type RunningGateway, runningGateway } from '../support/running-gateway.ts';

const FAKES = { first: 'openai', second: 'openai' } as const;
const PROBE_MAX_TOKENS = 1;

function gatewayWith(config: object): Promise<RunningGateway<'first' | 'second'>> {
  return runningGateway({
    fakes: FAKES,
    config: {
      probes: { everyMs: 50, rareEveryMs: 50 },
      ejection: { consecutiveFailures: 1, baseCooldownMs: 100, maxCooldownMs: 100 },
      statistics: { refreshMs: 10, readTimeoutMs: 5000 },
      ...config,
    },
  });
}

async function ask(gateway: RunningGateway<'first' | 'second'>): Promise<string> {
  const messages = [{ role: 'user' as const, content: 'Hello?' }];
  return (await gateway.openai().chat.completions.create({ model: 'all', messages })).model;
}

function tokensAsked(fake: RunningGateway<'first'>['fakes']['first']): readonly unknown[] {
  return fake.requests.map(({ body }) => (body as { readonly max_tokens?: unknown }).max_tokens);
}

describe('an ejected deployment', () => {
  it('is tried by a probe beside a call, and no caller is sent there before it has answered', async () => {
    await using gateway = await gatewayWith({});
    gateway.fakes.first.byDefault({ kind: 'status', status: 503 });
    // One key's word is not enough: a probe tells that the deployment is down for everybody.
    while (!gateway.records.some(({ candidates }) => candidates.some(({ state }) => state === 'due'))) {
      assert.equal(await ask(gateway), deploymentId('second'));
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    const callsBefore = gateway.fakes.first.requests.length;
    const untilMs = performance.now() + 10_000;
    for (let tries = 0; tries < 3; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      assert.equal(await ask(gateway), deploymentId('second'));
    }
    gateway.fakes.first.byDefault({ kind: 'answer' });
    while ((await ask(gateway)) !== deploymentId('first') && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(await ask(gateway), deploymentId('first'));
    const asked = tokensAsked(gateway.fakes.first).slice(callsBefore);
    const firstCall = asked.findIndex((tokens) => tokens !== PROBE_MAX_TOKENS);
    assert.ok(firstCall >= 2, `${JSON.stringify(asked)}`);
    assert.deepEqual(gateway.storeErrors, []);
    const probes = gateway.records.flatMap((record) => record.probes ?? []);
    assert.ok(probes.some(({ ttftMs }) => ttftMs !== undefined));
  });

  it('is not looked at where probes are off', async () => {
    await using gateway = await gatewayWith({
      probes: 'off',
      routes: { all: { strategy: 'latency-based', deployments: [deploymentId('first'), deploymentId('second')] } },
    });
    for (let call = 0; call < 5; call += 1) {
      await ask(gateway);
    }
    const all = [...tokensAsked(gateway.fakes.first), ...tokensAsked(gateway.fakes.second)];
    assert.equal(all.filter((tokens) => tokens === PROBE_MAX_TOKENS).length, 0);
    assert.equal(all.length, 5);
  });
});
