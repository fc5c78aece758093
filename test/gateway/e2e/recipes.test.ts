import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import { addressOf } from '../../../functions/gateway/core/hosts/hosts.ts';
import { modelDirectory } from '../../../functions/gateway/core/routing/model-directory.ts';
import { isJsonObject, type JsonObject, objectMember } from '../../../functions/gateway/core/wire/json.ts';
import { mergedSettings, settingsOf } from '../../documents/shown-settings.ts';
import { snippetsIn } from '../../documents/snippets.ts';
import { type CloudHost, startCloudHost } from '../../support/cloud-host.ts';
import { type CloudSystem, startCloudSystem } from '../../support/cloud-system.ts';

/** The README's example, and what it says is to be put beside it. */
const [EXAMPLE = {}, ...BESIDE] = snippetsIn('json')
  .filter(({ page }) => page === 'README.md')
  .map(({ text }) => settingsOf(text));

/** Each as a whole file, with what it says itself. */
const RECIPES = [EXAMPLE, ...BESIDE].map((own) => ({ own, whole: mergedSettings(EXAMPLE, own) }));

/** What each deployment of a recipe is called with, written out: its address and path, its proof, and members of the body. */
interface Expected {
  readonly url: string;
  readonly proof?: readonly [header: string, value: string];
  readonly body: JsonObject;
  /** Where the host gives tokens for the credential. */
  readonly exchanges?: true;
}

const MESSAGES = [
  { role: 'developer', content: 'Be brief.' },
  { role: 'user', content: 'Hi' },
];
const SYSTEM = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi' },
];

const EXPECTED: readonly Readonly<Record<string, Expected>>[] = [
  {
    'openai/gpt-5-mini': {
      url: 'https://api.openai.com/v1/chat/completions',
      proof: ['authorization', 'Bearer value of OPENAI_API_KEY'],
      body: { model: 'gpt-5-mini', max_completion_tokens: 50, max_tokens: undefined, messages: MESSAGES },
    },
    'anthropic/haiku': {
      url: 'https://api.anthropic.com/v1/messages',
      proof: ['x-api-key', 'value of ANTHROPIC_API_KEY'],
      body: { model: 'claude-haiku-4-5', max_tokens: 50, system: 'Be brief.' },
    },
    'bedrock/haiku': {
      url: 'https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse-stream',
      proof: ['authorization', 'signed for bedrock in us-east-1'],
      body: { system: [{ text: 'Be brief.' }], inferenceConfig: { maxTokens: 50 } },
    },
  },
  {},
  {
    'azure/chat': {
      url: 'https://my-resource.openai.azure.com/openai/v1/chat/completions',
      proof: ['api-key', 'value of AZURE_OPENAI_API_KEY'],
      body: { model: 'my-chat', max_completion_tokens: 50, max_tokens: undefined, messages: MESSAGES },
    },
    'vertex/flash': {
      url: 'https://europe-west1-aiplatform.googleapis.com/v1/projects/my-project/locations/europe-west1/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
      proof: ['authorization', 'Bearer token-1'],
      body: { systemInstruction: { parts: [{ text: 'Be brief.' }] }, generationConfig: { maxOutputTokens: 50 } },
      exchanges: true,
    },
  },
  {
    'own/llama': {
      url: 'http://10.0.0.5:8000/v1/chat/completions',
      body: { model: 'llama-3.3-70b', max_tokens: 50, messages: SYSTEM },
    },
    'groq/llama': {
      url: 'https://api.groq.com/openai/v1/chat/completions',
      proof: ['authorization', 'Bearer value of GROQ_API_KEY'],
      body: { model: 'llama-3.3-70b-versatile', max_tokens: 50, messages: SYSTEM },
    },
  },
];

/** The recipe with every provider at a cloud of its own, by the path that its address has. What it says otherwise stays. */
function atClouds(recipe: JsonObject, clouds: ReadonlyMap<string, CloudHost>): JsonObject {
  const parsed = parseConfig(recipe);
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  const { deployments } = modelDirectory(parsed.config);
  const providers = Object.entries(objectMember(recipe, 'providers') ?? {}).map(([name, settings]) => {
    const one = [...deployments.values()].find(({ provider }) => provider === name);
    const address = one && addressOf(one, { operation: 'answer-stream' });
    assert.ok(address !== undefined && isJsonObject(settings));
    const path = new URL(address.baseUrl).pathname.replace(/\/$/, '');
    return [name, { host: name, ...settings, baseUrl: `${clouds.get(name)?.origin}${path}` }];
  });
  return { ...recipe, providers: Object.fromEntries(providers) };
}

/** The address that the recipe itself makes for a deployment. */
function originOf(recipe: JsonObject, deployment: string): string {
  const parsed = parseConfig(recipe);
  const found = parsed.kind === 'parsed' ? modelDirectory(parsed.config).deployments.get(deployment) : undefined;
  const address = found && addressOf(found, { operation: 'answer-stream' });
  return new URL(address?.baseUrl ?? '').origin;
}

async function startClouds(recipe: JsonObject): Promise<ReadonlyMap<string, CloudHost>> {
  const names = Object.keys(objectMember(recipe, 'providers') ?? {});
  return new Map(await Promise.all(names.map(async (name) => [name, await startCloudHost()] as const)));
}

function assertCalled(cloud: CloudHost, { url, proof, body, exchanges }: Expected): void {
  const [seen] = cloud.calls();
  const { pathname, search } = new URL(url);
  assert.equal(seen?.url, pathname + search);
  assert.equal(proof && seen?.headers[proof[0]], proof?.[1]);
  assert.equal(cloud.seen.length - cloud.calls().length, exchanges === true ? 1 : 0);
  const sent = isJsonObject(seen?.body) ? seen.body : {};
  assert.deepEqual(Object.fromEntries(Object.keys(body).map((name) => [name, sent[name]])), body);
}

const ASKED = { messages: MESSAGES, max_tokens: 50 };

/** The credential of Google stands at the cloud of the provider that uses it. */
function tokensAt(clouds: ReadonlyMap<string, CloudHost>): CloudHost {
  const found = clouds.get('vertex') ?? [...clouds.values()][0];
  assert.ok(found !== undefined);
  return found;
}

async function withRecipe(
  recipe: JsonObject,
  play: (system: CloudSystem, clouds: ReadonlyMap<string, CloudHost>) => Promise<void>,
): Promise<void> {
  const clouds = await startClouds(recipe);
  try {
    await using system = await startCloudSystem(tokensAt(clouds), atClouds(recipe, clouds));
    await play(system, clouds);
  } finally {
    await Promise.all([...clouds.values()].map((cloud) => cloud.close()));
  }
}

describe('the configurations of the README', () => {
  it('are an example and three recipes', () => {
    assert.equal(RECIPES.length, 4);
    assert.deepEqual(
      RECIPES.map(({ own }) => Object.keys(objectMember(own, 'deployments') ?? {})),
      EXPECTED.map((deployments) => Object.keys(deployments)),
    );
  });

  for (const [index, { own, whole }] of RECIPES.entries()) {
    for (const [id, expected] of Object.entries(EXPECTED[index] ?? {})) {
      it(`call each host with its address, path, proof and words: ${id}`, async () => {
        assert.equal(originOf(whole, id), new URL(expected.url).origin);
        await withRecipe(whole, async (system, clouds) => {
          const { status, text } = await system.ask('/v1/chat/completions', { model: id, ...ASKED });
          assert.equal(status, 200, text);
          assert.ok(text.includes('Hello.'), text);
          const provider = Object(objectMember(objectMember(whole, 'deployments'), id)).provider;
          const cloud = clouds.get(provider);
          assert.ok(cloud !== undefined);
          assertCalled(cloud, expected);
        });
      });
    }

    for (const route of Object.keys(objectMember(own, 'routes') ?? {})) {
      it(`serve their routes: ${route}`, () =>
        withRecipe(whole, async (system, clouds) => {
          const { status, text } = await system.ask('/v1/chat/completions', { model: route, ...ASKED });
          assert.equal(status, 200, text);
          assert.ok([...clouds.values()].some((cloud) => cloud.calls().length === 1));
        }));
    }
  }
});
