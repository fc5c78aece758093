import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { openAiErrorOf } from '../../support/openai-error.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];

const HELLO = { model: 'all', messages: [{ role: 'user' as const, content: 'Hello' }] };

/** Many more than the few that fail before an ejection. */
const CALLS = 40;

type Pair = RunningGateway<'dead' | 'alive'>;

for (const protocol of PROTOCOLS) {
  describe(`with a first provider of the ${protocol} protocol that resets every connection`, () => {
    it('a plain call succeeds at the second provider, and says so', async () => {
      await using gateway = await withDeadProvider(protocol);
      const { data, response } = await gateway.openai().chat.completions.create(HELLO).withResponse();
      assert.equal(data.choices[0]?.message.content, 'Hello from the fake.');
      assert.equal(data.model, deploymentId('alive'));
      assertFallback(response.headers);
    });

    it('a stream succeeds at the second provider, and its trail says why', async () => {
      await using gateway = await withDeadProvider(protocol);
      const { data, response } = await gateway
        .openai()
        .chat.completions.create({ ...HELLO, stream: true })
        .withResponse();
      assertFallback(response.headers);
      let text = '';
      for await (const chunk of data) {
        text += chunk.choices[0]?.delta.content ?? '';
        assert.equal(chunk.model, deploymentId('alive'));
      }
      assert.equal(text, 'Hello from the fake.');
      const { attempts, ending } = await gateway.record(0);
      assert.equal(ending, 'complete');
      assert.deepEqual(
        attempts.map(({ deployment, outcome, failure }) => [deployment, outcome, failure?.kind]),
        [
          [deploymentId('dead'), 'failed', 'unreachable'],
          [deploymentId('alive'), 'served', undefined],
        ],
      );
    });
  });
}

describe('a provider that is down for many calls', () => {
  for (const strategy of ['ordered', 'latency-based', 'simple-shuffle'] as const) {
    it(`is soon left alone by a route that is ${strategy}, and every call succeeds`, async () => {
      await using gateway = await withDeadProvider('openai', strategy);
      const routings: (string | null)[] = [];
      for (let call = 0; call < CALLS; call++) {
        const { response } = await gateway.openai().chat.completions.create(HELLO).withResponse();
        routings.push(response.headers.get('x-nemo-routing'));
      }
      assert.ok(routings.includes('fallback') || strategy !== 'ordered', routings.join());
      const fallbacks = routings.filter((routing) => routing === 'fallback').length;
      assert.ok(fallbacks <= CALLS / 4, routings.join());
      assert.ok(routings.slice(-4).includes('direct'), routings.join());
    });
  }

  it('is left alone by the calls that run beside each other too', async () => {
    await using gateway = await withDeadProvider('openai');
    const round = (): Promise<(string | null)[]> =>
      Promise.all(
        Array.from({ length: 10 }, async () => {
          const { response } = await gateway.openai().chat.completions.create(HELLO).withResponse();
          return response.headers.get('x-nemo-routing');
        }),
      );
    assert.ok((await round()).includes('fallback'));
    assert.deepEqual(
      await round(),
      Array.from({ length: 10 }, () => 'direct'),
    );
  });

  it('that does not even listen is passed over like any other', async () => {
    await using gateway = await runningGateway({ fakes: { dead: 'openai', alive: 'anthropic' } });
    await gateway.fakes.dead.close();
    const { data, response } = await gateway.openai().chat.completions.create(HELLO).withResponse();
    assert.equal(data.model, deploymentId('alive'));
    assertFallback(response.headers);
    assert.match(response.headers.get('server-timing') ?? '', /dead\/fake-model unreachable \(ECONNREFUSED\)/);
  });

  it('is told of as such when there is no other, with the time each attempt took', async () => {
    await using gateway = await withDeadProvider('openai');
    const response = await gateway.fetch('/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({ ...HELLO, model: deploymentId('dead') }),
    });
    assert.equal(response.status, 502);
    assert.equal(response.headers.get('x-nemo-attempts'), '1');
    assert.equal(response.headers.get('x-nemo-routed-model'), null);
    assert.equal(response.headers.get('x-should-retry'), 'false');
    const error = await openAiErrorOf(response);
    assert.equal(error.type, 'server_error');
    assert.match(error.message, /dead\/fake-model: unreachable \(.+\) after \d+ ms/);
  });
});

async function withDeadProvider(protocol: ProtocolName, strategy = 'ordered'): Promise<Pair> {
  const deployments = [deploymentId('dead'), deploymentId('alive')];
  const gateway = await runningGateway({
    fakes: { dead: protocol, alive: 'openai' },
    config: { routes: { all: { strategy, deployments } } },
  });
  gateway.fakes.dead.byDefault({ kind: 'reset', when: 'before-headers' });
  return gateway;
}

function assertFallback(headers: Headers): void {
  assert.equal(headers.get('x-nemo-routing'), 'fallback');
  assert.equal(headers.get('x-nemo-routed-model'), deploymentId('alive'));
  assert.equal(headers.get('x-nemo-attempts'), '2');
}
