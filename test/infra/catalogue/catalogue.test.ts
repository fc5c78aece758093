import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { checkedConfigJson } from '../../../functions/gateway/config/checked-config.ts';
import { configWarnings } from '../../../functions/gateway/config/config-warnings.ts';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import type { DeploymentSettings } from '../../../functions/gateway/core/model/gateway-config.ts';
import { catalogueOf } from '../../../infra/catalogue/catalogue.ts';
import { PRICES_VERSION, pricedModel } from '../../../infra/catalogue/priced-models.ts';

const DAY = new Date('2026-11-29T12:00:00Z');

/** A deployment as a file has it, with what is known of it on a day. */
function known(provider: object, deployment: object): DeploymentSettings {
  const parsed = parseConfig(
    { providers: { it: provider }, deployments: { 'a/model': { provider: 'it', ...deployment } } },
    catalogueOf(DAY),
  );
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  return parsed.config.deployments['a/model'] ?? assert.fail();
}

const OPENAI = { host: 'openai', apiKey: 'K' };
const ANTHROPIC = { host: 'anthropic', apiKey: 'K' };

describe('the catalogue', () => {
  it('is of the version of the package that is installed, so that its date is right', () => {
    const manifest = new URL('../../../node_modules/@pydantic/genai-prices/package.json', import.meta.url);
    assert.equal(JSON.parse(readFileSync(manifest, 'utf8')).version, PRICES_VERSION);
  });

  it('knows window, largest answer and prices of a model that a file only names', () => {
    const { contextWindow, maxOutputTokens, inputPrice, outputPrice, cachedInputPrice, assumed } = known(OPENAI, {
      model: 'gpt-5-mini',
    });
    assert.deepEqual(
      { contextWindow, maxOutputTokens, inputPrice, outputPrice, cachedInputPrice },
      { contextWindow: 400_000, maxOutputTokens: 128_000, inputPrice: 0.25, outputPrice: 2, cachedInputPrice: 0.025 },
    );
    assert.deepEqual(assumed, [
      { members: ['contextWindow', 'maxOutputTokens'], from: 'developers.openai.com/api/docs/models, 2026-11' },
      {
        members: ['inputPrice', 'outputPrice', 'cachedInputPrice'],
        from: '@pydantic/genai-prices 0.1.8 of 2026-09-23, openai/gpt-5-mini',
      },
    ]);
  });

  it('knows both prices of writing a cache', () => {
    const { cacheWritePrice, cacheWrite1hPrice } = known(ANTHROPIC, { model: 'claude-haiku-4-5' });
    assert.deepEqual([cacheWritePrice, cacheWrite1hPrice], [1.25, 2]);
  });

  it('knows what longer prompts cost', () => {
    const { inputPrice, priceTiers } = known({ host: 'google', apiKey: 'K' }, { model: 'gemini-2.5-pro' });
    assert.equal(inputPrice, 1.25);
    assert.deepEqual(priceTiers, [
      { aboveInputTokens: 200_000, inputPrice: 2.5, outputPrice: 15, cachedInputPrice: 0.25 },
    ]);
  });

  it("knows Bedrock's regional models, and Claude on Vertex AI", () => {
    const bedrock = { host: 'bedrock', region: 'us-east-1' };
    assert.equal(known(bedrock, { model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' }).inputPrice, 1.1);
    const vertex = { host: 'vertex', project: 'p', apiKey: 'K' };
    assert.equal(known(vertex, { model: 'claude-sonnet-4@20250514' }).inputPrice, 3);
  });

  it('knows the model behind an id that is none, where `baseModel` names it', () => {
    const azure = { host: 'azure', baseUrl: 'https://r.openai.azure.com', apiKey: 'K' };
    assert.equal(known(azure, { model: 'our-deployment' }).inputPrice, undefined);
    assert.equal(known(azure, { model: 'our-deployment', rules: { baseModel: 'gpt-4o' } }).inputPrice, 2.5);
  });

  it('takes the dearest price of a day, so that nothing costs more than was thought', () => {
    const priced = (hour: number) => pricedModel('deepseek', 'deepseek-chat', new Date(Date.UTC(2026, 10, 29, hour)));
    assert.deepEqual(priced(3), priced(20));
    assert.equal(priced(3)?.facts.inputPrice, 0.27);
  });

  it('says nothing of models and servers that it does not know', () => {
    for (const [provider, model] of [
      [OPENAI, 'our-own-tune'],
      [{ host: 'vllm' }, 'meta-llama/Llama-4'],
      [{ host: 'compatible', baseUrl: 'https://llm.example.dev/v1' }, 'default'],
    ] as const) {
      const { assumed, inputPrice, contextWindow } = known(provider, { model });
      assert.deepEqual([assumed, inputPrice, contextWindow], [undefined, undefined, undefined]);
    }
  });
});

describe('a file', () => {
  it('overrides the catalogue member by member', () => {
    const { contextWindow, inputPrice, outputPrice, assumed } = known(OPENAI, {
      model: 'gpt-5-mini',
      contextWindow: 100,
      inputPrice: 9,
    });
    assert.deepEqual([contextWindow, inputPrice, outputPrice], [100, 9, 2]);
    assert.deepEqual(
      assumed?.flatMap(({ members }) => members),
      ['maxOutputTokens', 'outputPrice', 'cachedInputPrice'],
    );
  });

  it('is not given tiers that are not of its prices, nor an hour’s cache that is not of its cache', () => {
    const tiered = known({ host: 'google', apiKey: 'K' }, { model: 'gemini-2.5-pro', inputPrice: 1 });
    assert.equal(tiered.priceTiers, undefined);
    const cached = known(ANTHROPIC, { model: 'claude-haiku-4-5', cacheWritePrice: 1 });
    assert.equal(cached.cacheWrite1hPrice, undefined);
  });

  it('may limit money where the catalogue has the prices', () => {
    const keys = [{ name: 'team', sha256: 'ab'.repeat(32), usdPerMonth: 10 }];
    const file = {
      providers: { openai: { apiKey: 'K' } },
      deployments: { a: { provider: 'openai', model: 'gpt-5-mini' } },
      keys,
    };
    assert.equal(parseConfig(file).kind, 'invalid');
    assert.equal(parseConfig(file, catalogueOf(DAY)).kind, 'parsed');
  });
});

describe('the bundled configuration', () => {
  it('has the numbers and their source, and of the package nothing else', () => {
    const file = {
      providers: { openai: { apiKey: 'K' } },
      deployments: { a: { provider: 'openai', model: 'gpt-5-mini' } },
    };
    const parsed = parseConfig(file, catalogueOf(DAY));
    assert.ok(parsed.kind === 'parsed');
    const text = checkedConfigJson(parsed.config);
    assert.ok(text.includes('"inputPrice":0.25'));
    assert.ok(text.includes('@pydantic/genai-prices 0.1.8 of 2026-09-23'));
    assert.ok(text.length < 4_000, `${text.length} characters`);
  });
});

describe('a model that nobody knows', () => {
  const warnings = (deployment: object): readonly string[] => {
    const parsed = parseConfig(
      { providers: { vllm: {} }, deployments: { 'own/model': { provider: 'vllm', ...deployment } } },
      catalogueOf(DAY),
    );
    assert.ok(parsed.kind === 'parsed');
    return configWarnings(parsed.config).map(({ path, message }) => `${path} ${message}`);
  };

  it('is told with what will not work', () => {
    assert.deepEqual(warnings({ model: 'llama' }), [
      'deployments["own/model"] has no contextWindow, maxOutputTokens, inputPrice, outputPrice, which the catalogue does not say of "llama": ' +
        "prompts that do not fit are sent there and refused; a caller's limit that is above what it gives goes out as it is, and may be refused; " +
        '`cost-based` asks it last, and it serves no key with `usdPerMonth`',
    ]);
  });

  it('is told only what it lacks', () => {
    assert.match(warnings({ model: 'llama', contextWindow: 8_000 })[0] ?? '', /has no inputPrice, outputPrice, which/);
    assert.deepEqual(warnings({ model: 'e', kind: 'embeddings', contextWindow: 8_000, inputPrice: 0 }), []);
    assert.deepEqual(warnings({ model: 'llama', contextWindow: 8_000, inputPrice: 0, outputPrice: 0 }), []);
  });

  it('needs no largest answer where a rule of its protocol knows it, or the server has no limit but the window', () => {
    const lacks = (provider: string, model: string, settings: object = {}): string => {
      const parsed = parseConfig(
        {
          providers: { [provider]: { apiKey: 'KEY', ...(provider === 'bedrock' && { region: 'us-east-1' }) } },
          deployments: { d: { provider, model, inputPrice: 1, outputPrice: 1, contextWindow: 9_000, ...settings } },
        },
        () => [],
      );
      assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
      return configWarnings(parsed.config).map(({ message }) => message)[0] ?? '';
    };
    assert.equal(lacks('anthropic', 'claude-sonnet-5'), '');
    assert.equal(lacks('google', 'gemini-3.6-flash'), '');
    assert.equal(lacks('bedrock', 'us.anthropic.claude-sonnet-4-5'), '');
    assert.equal(lacks('mistral', 'some-model'), '');
    assert.match(lacks('openai', 'gpt-99'), /^has no maxOutputTokens, which/);
    assert.match(lacks('bedrock', 'some.model-v1:0'), /^has no maxOutputTokens, which/);
    assert.equal(lacks('openai', 'gpt-99', { maxOutputTokens: 5 }), '');
  });
});

describe('the models that most people call', () => {
  const KNOWN = [
    ['openai', 'gpt-5.5'],
    ['openai', 'gpt-4o-mini'],
    ['openai', 'gpt-3.5-turbo'],
    ['anthropic', 'claude-opus-5'],
    ['google', 'gemini-3.6-flash'],
    ['groq', 'llama-3.3-70b-versatile'],
    ['groq', 'openai/gpt-oss-120b'],
    ['mistral', 'mistral-large-latest'],
    ['deepseek', 'deepseek-v4-pro'],
    ['xai', 'grok-4.3'],
    ['cerebras', 'gpt-oss-120b'],
    ['perplexity', 'sonar-pro'],
    ['moonshot', 'kimi-k2.6'],
  ] as const;
  for (const [provider, model] of KNOWN) {
    it(`are known well enough to be told nothing about: ${model} at ${provider}`, () => {
      const file = { providers: { [provider]: { apiKey: 'KEY' } }, deployments: { d: { provider, model } } };
      const parsed = parseConfig(file, catalogueOf(DAY));
      assert.ok(parsed.kind === 'parsed');
      assert.deepEqual(configWarnings(parsed.config), []);
    });
  }
});
