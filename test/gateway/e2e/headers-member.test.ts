import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];
const MESSAGES = [{ role: 'user' as const, content: 'Hello' }];

type Client = (gateway: RunningGateway<'only'>) => PromiseLike<object>;

/** Each API's official client, asked for one answer without a stream. */
const PLAIN: Readonly<Record<string, Client>> = {
  'chat.completions': (gateway) => gateway.openai().chat.completions.create({ model: 'all', messages: MESSAGES }),
  responses: (gateway) => gateway.openai().responses.create({ model: 'all', input: 'Hello' }),
  completions: (gateway) => gateway.openai().completions.create({ model: 'all', prompt: 'Hello' }),
  messages: (gateway) => {
    const anthropic = new Anthropic({ baseURL: gateway.origin, apiKey: gateway.key, maxRetries: 0 });
    return anthropic.messages.create({ model: 'all', max_tokens: 100, messages: MESSAGES });
  },
};

function headersOf(answer: object): Readonly<Record<string, string>> {
  assert.ok('headers' in answer, 'no member `headers`');
  return answer.headers as Readonly<Record<string, string>>;
}

for (const protocol of PROTOCOLS) {
  describe(`the member headers of an answer by a provider of the ${protocol} protocol`, () => {
    let gateway: RunningGateway<'only'>;
    before(async () => {
      gateway = await runningGateway({ fakes: { only: protocol } });
    });
    after(() => gateway.close());

    for (const [name, ask] of Object.entries(PLAIN)) {
      it(`tells the client of ${name} which deployment has served it`, async () => {
        const headers = headersOf(await ask(gateway));
        assert.equal(headers['x-nemo-routed-model'], deploymentId('only'));
        assert.equal(headers['x-nemo-routing'], 'direct');
        assert.deepEqual(
          Object.keys(headers).filter((each) => !each.startsWith('x-nemo-')),
          [],
        );
      });
    }
  });
}

describe('the member headers', () => {
  it('says of an answer what its HTTP headers say, a fallback and what was dropped included', async () => {
    await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'anthropic' } });
    gateway.fakes.first.script({ kind: 'status', status: 500 });
    const { data, response } = await gateway
      .openai()
      .chat.completions.create({ model: 'all', messages: MESSAGES, seed: 1 })
      .withResponse();
    const sent = [...response.headers].filter(([name]) => name.startsWith('x-nemo-'));
    assert.deepEqual(headersOf(data), Object.fromEntries(sent));
    assert.equal(headersOf(data)['x-nemo-routing'], 'fallback');
    assert.equal(headersOf(data)['x-nemo-dropped-params'], 'seed');
  });

  it('is in embeddings too', async () => {
    await using gateway = await runningGateway({
      fakes: { only: 'openai' },
      deployments: { only: { kind: 'embeddings' } },
    });
    const answer = await gateway.openai().embeddings.create({ model: 'all', input: 'Hello' });
    assert.equal(headersOf(answer)['x-nemo-routed-model'], deploymentId('only'));
  });

  it('is in no list, no error and no event of a stream', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    const ask = (body: object): Promise<Response> =>
      gateway.fetch('/v1/chat/completions', { method: 'POST', body: JSON.stringify({ model: 'all', ...body }) });
    const answers = [await gateway.fetch('/v1/models'), await ask({}), await ask({ messages: MESSAGES, stream: true })];
    for (const answer of answers) {
      assert.doesNotMatch(await answer.text(), /"headers"/);
    }
  });

  it('is not kept with an answer, which another call reads', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' }, config: { responses: { keepDays: 1 } } });
    const answer = await gateway.openai().responses.create({ model: 'all', input: 'Hello' });
    assert.ok('headers' in answer);
    assert.ok(!('headers' in (await gateway.openai().responses.retrieve(answer.id))));
  });
});
