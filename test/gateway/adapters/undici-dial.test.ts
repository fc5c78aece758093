import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type Credentials, undiciDial } from '../../../functions/gateway/adapters/undici-dial.ts';
import type { Deployment } from '../../../functions/gateway/core/config/gateway-config.ts';
import type { DialResult, UpstreamCall } from '../../../functions/gateway/core/failover/dial.ts';
import { type FakeProvider, startFakeProvider } from '../../support/fake-provider.ts';
import { chatCall } from '../../support/vendor-calls.ts';

describe('a dial', () => {
  let fake: FakeProvider;
  before(async () => {
    fake = await startFakeProvider('openai');
  });
  after(() => fake.close());

  it('fails as unreachable where the store of credentials does not answer: that passes', async () => {
    const credentials = async (): Promise<string> => {
      throw Object.assign(new Error('no way there'), { code: 'ECONNREFUSED' });
    };
    const result = await dialOnce(callTo(fake.baseUrl), credentials);
    assert.deepEqual(result, { kind: 'failed', failure: { kind: 'unreachable', code: 'ECONNREFUSED' } });
  });

  it('fails as misconfigured where the credential is missing, and names it', async () => {
    const result = await dialOnce(callTo(fake.baseUrl), async () => undefined);
    assert.equal(result.kind, 'failed');
    assert.equal(result.failure.kind, 'misconfigured');
    assert.match(result.failure.vendor?.message ?? '', /KEY_OF_THE_VENDOR/);
    assert.equal(fake.requests.length, 0);
  });

  it('fails without a word of the key where it cannot be sent, as one with a line end', async () => {
    const result = await dialOnce(callTo(fake.baseUrl), async () => 'secret\nkey');
    assert.equal(result.kind, 'failed');
    assert.ok(!JSON.stringify(result).includes('secret'));
  });

  it('tries once more over a new connection where a kept one breaks before an answer', async () => {
    const { dial, close } = undiciDial({ credentials: async () => 'key', sign: async () => ({}) });
    await read(await dial(callTo(fake.baseUrl)));
    // The pool takes a connection back some turns of the event loop after the end of its response.
    for (let turn = 0; turn < 20; turn++) {
      await setImmediate();
    }
    fake.script({ kind: 'reset', when: 'before-headers' });
    const seen = fake.requests.length;
    await read(await dial(callTo(fake.baseUrl)));
    const [broken, again] = fake.requests.slice(seen);
    assert.ok(broken !== undefined && again !== undefined);
    assert.equal(broken.connection, fake.requests[seen - 1]?.connection);
    assert.notEqual(again.connection, broken.connection);
    await close();
  });

  it('does not try again where a new connection breaks', async () => {
    fake.script({ kind: 'reset', when: 'before-headers' });
    const seen = fake.requests.length;
    const result = await dialOnce(callTo(fake.baseUrl), async () => 'key');
    assert.equal(result.kind, 'failed');
    assert.equal(result.failure.kind, 'unreachable');
    assert.equal(fake.requests.length - seen, 1);
  });
});

async function dialOnce(call: UpstreamCall, credentials: Credentials): Promise<DialResult> {
  const { dial, close } = undiciDial({ credentials, sign: async () => ({}) });
  const result = await dial(call);
  await close();
  return result;
}

async function read(result: DialResult): Promise<void> {
  assert.equal(result.kind, 'answered');
  for await (const _ of result.body) {
    // Read to its end, so that the connection is kept.
  }
}

function callTo(baseUrl: string): UpstreamCall {
  const { path, headers, body } = chatCall('openai', { streaming: true, model: 'any' });
  const deployment: Deployment = {
    id: 'fake/any',
    provider: 'fake',
    providerSettings: { protocol: 'openai', baseUrl, apiKey: 'KEY_OF_THE_VENDOR' },
    model: 'any',
    kind: 'chat',
    tags: [],
    prefill: false,
    streaming: true,
  };
  return { deployment, request: { path, headers, body }, connectMs: 1000, signal: new AbortController().signal };
}
