import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { problemLine } from '../../../functions/gateway/config/config-problem.ts';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import { type ImportedConfig, importLiteLlm } from '../../../infra/import-litellm/import-litellm.ts';

/** A file with these entries of `model_list`, and what comes of it. */
function imported(models: readonly object[], rest: object = {}): ReturnType<typeof importLiteLlm> {
  return importLiteLlm({ model_list: models, ...rest });
}

function model(name: string, params: object, info: object = {}): object {
  return { model_name: name, litellm_params: params, model_info: info };
}

function problems(config: ImportedConfig): readonly string[] {
  const parsed = parseConfig(config);
  return parsed.kind === 'invalid' ? parsed.problems.map(problemLine) : [];
}

/** LiteLLM's parameters, and the provider and model that they become. */
const PROVIDERS: Readonly<Record<string, readonly [params: object, provider: object, model: string]>> = {
  'OpenAI by prefix': [{ model: 'openai/gpt-4o' }, { host: 'openai', apiKey: 'OPENAI_API_KEY' }, 'gpt-4o'],
  'OpenAI without a prefix': [{ model: 'gpt-4o' }, { host: 'openai', apiKey: 'OPENAI_API_KEY' }, 'gpt-4o'],
  'OpenAI over Responses': [{ model: 'openai/responses/gpt-5' }, { host: 'openai', apiKey: 'OPENAI_API_KEY' }, 'gpt-5'],
  'OpenAI with its own address': [
    { model: 'openai/gpt-4o', api_base: 'https://api.openai.com/v1', organization: 'org-1' },
    { host: 'openai', apiKey: 'OPENAI_API_KEY', organization: 'org-1' },
    'gpt-4o',
  ],
  'a server that speaks as OpenAI does': [
    { model: 'openai/llama', api_base: 'http://10.0.0.5:8000/v1/' },
    { host: 'compatible', baseUrl: 'http://10.0.0.5:8000/v1' },
    'llama',
  ],
  'Azure with a version': [
    {
      model: 'azure/my-gpt',
      api_base: 'https://r.openai.azure.com/',
      api_key: 'os.environ/K',
      api_version: '2025-01-01',
    },
    { host: 'azure', baseUrl: 'https://r.openai.azure.com', apiKey: 'K', apiVersion: '2025-01-01' },
    'my-gpt',
  ],
  Anthropic: [{ model: 'claude-opus-4-5' }, { host: 'anthropic', apiKey: 'ANTHROPIC_API_KEY' }, 'claude-opus-4-5'],
  Gemini: [{ model: 'gemini/gemini-2.5-pro' }, { host: 'google', apiKey: 'GEMINI_API_KEY' }, 'gemini-2.5-pro'],
  'Vertex AI': [
    { model: 'vertex_ai/gemini-2.5-pro', vertex_project: 'p', vertex_location: 'us-central1' },
    { host: 'vertex', apiKey: 'GOOGLE_SERVICE_ACCOUNT', project: 'p', region: 'us-central1' },
    'gemini-2.5-pro',
  ],
  'Bedrock by its route': [
    { model: 'bedrock/converse/us.amazon.nova-pro-v1:0', aws_region_name: 'eu-west-1' },
    { host: 'bedrock', region: 'eu-west-1' },
    'us.amazon.nova-pro-v1:0',
  ],
  'Bedrock without a region': [
    { model: 'anthropic.claude-3-haiku-20240307-v1:0' },
    { host: 'bedrock', region: 'us-east-1' },
    'anthropic.claude-3-haiku-20240307-v1:0',
  ],
  'a known host': [
    { model: 'groq/llama-3.3-70b', extra_headers: { 'x-team': 'a', authorization: 'Bearer s' } },
    { host: 'groq', apiKey: 'GROQ_API_KEY', headers: { 'x-team': 'a' } },
    'llama-3.3-70b',
  ],
  'a model with slashes in its name': [
    { model: 'openrouter/meta-llama/llama-4' },
    { host: 'openrouter', apiKey: 'OPENROUTER_API_KEY' },
    'meta-llama/llama-4',
  ],
  'a server on the same machine': [
    { model: 'ollama_chat/qwen3', api_base: 'http://localhost:11434/v1' },
    { host: 'ollama', baseUrl: 'http://localhost:11434/v1' },
    'qwen3',
  ],
};

describe('an entry of model_list for', () => {
  for (const [name, [params, provider, vendorModel]] of Object.entries(PROVIDERS)) {
    it(`${name} becomes a provider and a deployment that are accepted`, () => {
      const { value } = imported([model('some', params)]);
      assert.deepEqual(Object.values(value.providers), [provider]);
      assert.deepEqual(
        Object.values(value.deployments).map((deployment) => 'model' in deployment && deployment.model),
        [vendorModel],
      );
      assert.deepEqual(problems(value), []);
    });
  }

  it('a vendor that is not known, a pattern, or a model of pictures is left out with a reason', () => {
    const { value, notes } = imported([
      model('a', { model: 'cohere_chat/command-r' }),
      model('*', { model: '*' }),
      model('c', { model: 'openai/dall-e-3' }, { mode: 'image_generation' }),
      model('', {}),
    ]);
    assert.deepEqual(value.deployments, {});
    assert.match(
      notes.map(({ text }) => text).join('\n'),
      /cohere_chat[\s\S]*pattern[\s\S]*image_generation[\s\S]*model_name/,
    );
  });

  it('any model keeps its prices a million tokens, its limits and its tags', () => {
    const { value } = imported([
      model(
        'gpt',
        { model: 'openai/gpt-4o', rpm: 60, tpm: 1000, tags: ['eu', 'not a tag'] },
        { input_cost_per_token: 0.00000025, output_cost_per_token: 0.000002, max_input_tokens: 128_000 },
      ),
    ]);
    assert.deepEqual(Object.values(value.deployments), [
      {
        provider: 'openai',
        model: 'gpt-4o',
        inputPrice: 0.25,
        outputPrice: 2,
        requestsPerMinute: 60,
        tokensPerMinute: 1000,
        contextWindow: 128_000,
        tags: ['eu'],
      },
    ]);
  });
});

it('a deployment of Azure is told which model it is', () => {
  const params = { model: 'azure/mine', api_base: 'https://r.openai.azure.com', api_key: 'os.environ/K' };
  const { value, notes } = imported([model('a', params, { base_model: 'azure/gpt-4o' })]);
  assert.deepEqual(Object.values(value.deployments), [
    { provider: 'azure-r', model: 'mine', rules: { baseModel: 'gpt-4o' } },
  ]);
  assert.deepEqual([problems(value), notes], [[], []]);
});

describe('a key that stands in the file', () => {
  const [one, other] = ['sk-proj-one', 'sk-proj-other'];
  const { value, notes } = imported([
    model('a', { model: 'openai/gpt-4o', api_key: one }),
    model('a', { model: 'openai/gpt-4o', api_key: other }),
    model('b', { model: 'openai/gpt-4o-mini', api_key: one }),
    model('c', { model: 'openai/llama', api_base: 'http://10.0.0.5/v1', api_key: 'none' }),
  ]);

  it('is not copied, and each has a name of its own', () => {
    assert.deepEqual(
      Object.values(value.providers).map(({ apiKey }) => apiKey),
      ['OPENAI_API_KEY', 'OPENAI_API_KEY_2', 'COMPATIBLE_10_0_0_5_API_KEY'],
    );
    assert.doesNotMatch(JSON.stringify([value, notes]), /sk-proj/);
  });

  it('is asked for by the command that puts it into the secret', () => {
    assert.match(notes.map(({ text }) => text).join('\n'), /nemo -- secrets set OPENAI_API_KEY_2/);
  });
});

describe('the routes', () => {
  const MODELS = [
    model('gpt', { model: 'openai/gpt-4o' }),
    model('claude', { model: 'anthropic/claude-opus-4-5' }),
    model('claude', { model: 'bedrock/us.anthropic.claude-opus-4-5-v1:0' }),
  ];

  for (const [theirs, ours] of [
    [undefined, 'simple-shuffle'],
    ['latency-based-routing', 'latency-based'],
    ['usage-based-routing-v2', 'usage-based'],
    ['cost-based-routing', 'cost-based'],
    ['least-busy', 'least-busy'],
    ['a-new-one', 'latency-based'],
  ] as const) {
    it(`of ${theirs ?? 'no strategy'} are ${ours}`, () => {
      const router = theirs === undefined ? {} : { routing_strategy: theirs };
      const { value, notes } = imported(MODELS, { router_settings: router });
      assert.deepEqual(value.routes.claude, {
        strategy: ours,
        deployments: ['anthropic/claude-opus-4-5', 'bedrock/us.anthropic.claude-opus-4-5-v1:0'],
      });
      assert.equal(notes.length, theirs === 'a-new-one' ? 1 : 0);
    });
  }

  it('with fallbacks ask their own deployments first, then those of the others', () => {
    const { value, notes } = imported(MODELS, {
      router_settings: { routing_strategy: 'least-busy', fallbacks: [{ gpt: ['claude', 'absent'] }] },
    });
    assert.deepEqual(value.routes.gpt, {
      strategy: 'ordered',
      deployments: ['openai/gpt-4o', 'anthropic/claude-opus-4-5', 'bedrock/us.anthropic.claude-opus-4-5-v1:0'],
    });
    assert.match(notes.map(({ path, text }) => `${path} ${text}`).join('\n'), /router_settings.fallbacks of gpt/);
    assert.deepEqual(problems(value), []);
  });

  it('have the default fallbacks behind them, but not behind those themselves', () => {
    const { value } = imported(MODELS, { litellm_settings: { default_fallbacks: ['gpt'] } });
    assert.deepEqual(
      Object.values(value.routes).map((route) => 'strategy' in route && route.strategy),
      ['simple-shuffle', 'ordered'],
    );
  });

  it('have the aliases as routes of their own', () => {
    const { value, notes } = imported(MODELS, {
      router_settings: {
        model_group_alias: { 'gpt-4': 'gpt', hidden: { model: 'gpt', hidden: true }, none: 'absent' },
      },
    });
    assert.deepEqual(Object.keys(value.routes), ['gpt', 'claude', 'gpt-4', 'hidden']);
    assert.deepEqual(
      notes.map(({ path }) => path),
      ['router_settings.model_group_alias.none'],
    );
  });

  it('follow the order that entries have', () => {
    const { value } = imported([
      model('gpt', { model: 'openai/gpt-4o', order: 2 }),
      model('gpt', { model: 'anthropic/claude-opus-4-5', order: 1 }),
    ]);
    assert.deepEqual(value.routes.gpt, {
      strategy: 'ordered',
      deployments: ['anthropic/claude-opus-4-5', 'openai/gpt-4o'],
    });
  });
});

it('retries and time-outs of the router become attempts and limits within what is allowed', () => {
  const { value } = imported([model('gpt', { model: 'gpt-4o' })], {
    router_settings: { num_retries: 50, timeout: 6000, stream_timeout: 2.5 },
  });
  assert.deepEqual(problems(value), []);
  const { maxAttempts, timeouts } = value as ImportedConfig & { maxAttempts: number; timeouts: object };
  assert.equal(maxAttempts, 20);
  assert.deepEqual(timeouts, { firstTokenMs: 2500, deadlineMs: 890_000 });
});

it('no setting disappears in silence', () => {
  const file = parse(`
model_list: [{ model_name: gpt, litellm_params: { model: gpt-4o, weight: 2, a_new_one: 1 } }]
router_settings: { redis_host: h, a_new_one: 1 }
litellm_settings: { cache: true, a_new_one: 1 }
general_settings: { master_key: sk-1, a_new_one: 1 }
environment_variables: { SOME_KEY: secret-value }
guardrails: []
`);
  const { notes } = importLiteLlm(file);
  assert.deepEqual(
    notes.map(({ path }) => path),
    [
      'model_list[0].litellm_params.weight',
      'model_list[0].litellm_params.a_new_one',
      'router_settings.redis_host',
      'router_settings.a_new_one',
      'litellm_settings.cache',
      'litellm_settings.a_new_one',
      'general_settings.master_key',
      'general_settings.a_new_one',
      'environment_variables.SOME_KEY',
      'guardrails',
    ],
  );
  assert.doesNotMatch(JSON.stringify(notes), /sk-1|secret-value/);
});
