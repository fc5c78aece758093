import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { PROTOCOL_NAMES } from '../../functions/gateway/core/protocols/protocols.ts';
import { isJsonObject, type JsonObject, member, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { type FakeProvider, startFakeProvider } from '../support/fake-provider.ts';
import { startWeb, type WebProcess } from './running-web.ts';

/** A short prompt in the words of each surface, by its path. */
const PROMPTS: Readonly<Record<string, object>> = {
  '/v1/chat/completions': { messages: [{ role: 'user', content: 'Hello?' }] },
  '/v1/messages': { max_tokens: 50, messages: [{ role: 'user', content: 'Hello?' }] },
  '/v1/responses': { input: 'Hello?' },
  '/v1/completions': { prompt: 'Hello?' },
};

const vendors = new Map<ProtocolName, FakeProvider>();
before(async () => {
  for (const protocol of PROTOCOL_NAMES) {
    vendors.set(protocol, await startFakeProvider(protocol));
  }
});
after(() => Promise.all([...vendors.values()].map((vendor) => vendor.close())));

/** A provider of each protocol, with one deployment. */
function configOf(): object {
  const providers = [...vendors].map(([protocol, { baseUrl }]) => {
    const region = protocol === 'bedrock' ? { region: 'us-east-1' } : {};
    return [protocol, { protocol, baseUrl, apiKey: 'VENDOR_KEY', ...region }] as const;
  });
  const deployments = PROTOCOL_NAMES.map((provider) => [`${provider}/m`, { provider, model: 'm' }]);
  return { providers: Object.fromEntries(providers), deployments: Object.fromEntries(deployments), probes: 'off' };
}

function ask(web: WebProcess, path: string, model = 'openai/m'): Promise<Response> {
  return web.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, ...PROMPTS[path] }),
  });
}

/** The body of an answer that is an error. */
async function errorOf(answer: Response): Promise<JsonObject> {
  const body = parseJson(await answer.text());
  assert.ok(isJsonObject(body) && isJsonObject(body.error), JSON.stringify(body));
  return body;
}

describe('what a bundled gateway loads after its start', () => {
  test('is there for the first calls, on every surface at once before vendors of every protocol', async () => {
    const web = await startWeb({ config: configOf() });
    const asked = Object.keys(PROMPTS).flatMap((path) => PROTOCOL_NAMES.map((name) => [path, `${name}/m`] as const));
    const answers = await Promise.all(
      asked.map(async ([path, model]) => {
        const answer = await ask(web, path, model);
        return `${path} ${model} ${answer.status} ${answer.status === 200 ? '' : await answer.text()}`;
      }),
    );
    assert.deepEqual(
      answers,
      asked.map(([path, model]) => `${path} ${model} 200 `),
    );
    const unknown = await web.fetch('/v1/nothing');
    assert.equal(unknown.status, 404);
    await web.close();
  });

  test('is told as an error of the API that is spoken where its file is lost, and the rest goes on', async () => {
    const web = await startWeb({
      config: configOf(),
      lost: /^(?:anthropic-messages|openai-responses|openai-completions|unserved-path)-/,
    });
    const messages = await ask(web, '/v1/messages');
    assert.equal(messages.status, 500);
    assert.ok(messages.headers.get('request-id'));
    const { type, error } = await errorOf(messages);
    assert.deepEqual([type, member(error, 'type')], ['error', 'api_error']);
    for (const path of ['/v1/responses', '/v1/completions']) {
      const answer = await ask(web, path);
      assert.equal(answer.status, 500, path);
      assert.equal(member((await errorOf(answer)).error, 'code'), 'internal_error');
    }
    assert.equal((await web.fetch('/v1/nothing')).status, 500);
    assert.equal((await ask(web, '/v1/chat/completions')).status, 200);
    assert.equal(web.ended(), undefined);
    await web.close();
    assert.match(await web.errors, /anthropic-messages-\w+\.mjs/);
  });
});
