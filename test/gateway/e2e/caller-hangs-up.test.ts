import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { APIUserAbortError } from 'openai';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { gate } from '../../support/gate.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];

const HELLO = { model: 'all', messages: [{ role: 'user' as const, content: 'Hello' }] };

for (const protocol of PROTOCOLS) {
  describe(`a caller who hangs up while a provider of the ${protocol} protocol works`, () => {
    for (const stream of [false, true]) {
      it(`ends the provider's call before its answer has begun, ${stream ? 'streamed' : 'plain'}`, async () => {
        await using gateway = await patientGateway(protocol);
        gateway.fakes.primary.byDefault({ kind: 'silence', when: 'before-headers' });
        await hangUpBeforeAnswer(gateway, stream);
        assert.equal(gateway.fakes.backup.requests.length, 0);
      });

      it(`ends the provider's call before its first token, ${stream ? 'streamed' : 'plain'}`, async () => {
        await using gateway = await patientGateway(protocol);
        gateway.fakes.primary.byDefault({ kind: 'silence', when: 'after-prelude' });
        await hangUpBeforeAnswer(gateway, stream);
        assert.equal(gateway.fakes.backup.requests.length, 0);
      });
    }

    it("ends the provider's call in the middle of a plain answer", async () => {
      await using gateway = await patientGateway(protocol);
      gateway.fakes.primary.byDefault({ kind: 'stall', chunks: ['One', ' two'], afterChunks: 1 });
      await hangUpBeforeAnswer(gateway, false);
    });

    it("ends the provider's call in the middle of a stream", async () => {
      await using gateway = await patientGateway(protocol);
      const never = gate();
      gateway.fakes.primary.script({
        kind: 'answer',
        chunks: ['One', ' two', ' three'],
        holdAfterChunks: { chunks: 2, until: never },
      });
      const stream = await gateway.openai().chat.completions.create({ ...HELLO, stream: true });
      for await (const chunk of stream) {
        if (chunk.choices[0]?.delta.content === ' two') {
          break;
        }
      }
      const request = await gateway.fakes.primary.arrival(0);
      assert.equal(await request.ended, 'aborted-by-client');
      assert.ok(request.abortedByClient);
      const record = await gateway.record(0);
      assert.equal(record.ending, 'hung-up');
      assert.equal(record.servedBy, deploymentId('primary'));
      assert.ok((record.usedTokens ?? 0) > 0, 'What the vendor had written counts for the key.');
    });
  });
}

describe('callers who hang up again and again', () => {
  it('are not held against the provider', async () => {
    await using gateway = await patientGateway('openai');
    const silences = Array.from({ length: 8 }, () => ({ kind: 'silence', when: 'before-headers' }) as const);
    gateway.fakes.primary.script(...silences);
    for (const index of silences.keys()) {
      await hangUpBeforeAnswer(gateway, index % 2 === 0, index);
    }
    const { response } = await gateway.openai().chat.completions.create(HELLO).withResponse();
    assert.equal(response.headers.get('x-nemo-routed-model'), deploymentId('primary'));
    assert.equal(response.headers.get('x-nemo-routing'), 'direct');
  });

  it('while the body is still under way cost no call', async () => {
    await using gateway = await patientGateway('openai');
    const begun = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"mod')) });
    const controller = new AbortController();
    const call = gateway.fetch('/v1/chat/completions', {
      method: 'POST',
      body: begun,
      duplex: 'half',
      signal: controller.signal,
    });
    // Another request on its way shows that the first one has been read that far.
    await gateway.fetch('/health');
    controller.abort();
    await assert.rejects(call);
    assert.equal(gateway.fakes.primary.requests.length, 0);
    // The first record is of the call to /health.
    const { ending, status, errorCode } = await gateway.record(1);
    assert.deepEqual({ ending, status, errorCode }, { ending: 'hung-up', status: 499, errorCode: 'caller_hung_up' });
    const answer = await gateway.openai().chat.completions.create(HELLO);
    assert.equal(answer.model, deploymentId('primary'));
  });
});

/** Time limits that no test reaches. */
function patientGateway(protocol: ProtocolName): Promise<RunningGateway<'primary' | 'backup'>> {
  return runningGateway({
    fakes: { primary: protocol, backup: 'openai' },
    config: { timeouts: { firstTokenMs: 60_000, stallMs: 60_000 } },
  });
}

async function hangUpBeforeAnswer(
  gateway: RunningGateway<'primary' | 'backup'>,
  stream: boolean,
  index = 0,
): Promise<void> {
  const controller = new AbortController();
  const call = gateway.openai().chat.completions.create({ ...HELLO, stream }, { signal: controller.signal });
  const thrown = assert.rejects(Promise.resolve(call), APIUserAbortError);
  const request = await gateway.fakes.primary.arrival(index);
  controller.abort();
  await thrown;
  assert.equal(await request.ended, 'aborted-by-client');
  const record = await gateway.record(index);
  assert.equal(record.ending, 'hung-up');
  assert.equal(record.servedBy, undefined);
  assert.ok((record.usedTokens ?? 0) > 0, 'What the vendor had read counts for the key.');
}
