import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type JsonObject, member } from '../../functions/gateway/core/wire/json.ts';
import { type AskedPlace, askedAt, type Place, PROMPTS } from './places.ts';

/** What one member means for another. */
interface Rule {
  readonly at: Place;
  readonly api?: keyof typeof PROMPTS;
  readonly asks: JsonObject;
  /** Members that go out, by their paths; `undefined`: that do not. Absent: another deployment must serve it. */
  readonly sends?: Readonly<Record<string, unknown>>;
  /** What the caller is told was left out. */
  readonly drops?: readonly string[];
  /** The field that a refusal names. */
  readonly refuses?: string;
}

function chat(vendor: Place['vendor'], model: string): Place {
  return { name: `${model} at ${vendor}`, protocol: 'openai', vendor, model };
}

function claude(model: string): readonly Place[] {
  return [
    { name: `${model} at Anthropic`, protocol: 'anthropic', vendor: 'anthropic', model },
    { name: `${model} on Foundry`, protocol: 'anthropic', vendor: 'azure', model },
    { name: `${model} on Vertex AI`, protocol: 'anthropic', vendor: 'vertex', model },
    { name: `${model} by InvokeModel`, protocol: 'anthropic', vendor: 'bedrock', model: `us.anthropic.${model}` },
  ];
}

function converse(model: string): Place {
  return { name: `${model} by Converse`, protocol: 'bedrock', vendor: 'bedrock', model };
}

function gemini(model: string): readonly Place[] {
  return [
    { name: `${model} at Google`, protocol: 'gemini', vendor: 'google-ai', model },
    { name: `${model} on Vertex AI`, protocol: 'gemini', vendor: 'vertex', model },
  ];
}

/** The same rule at several places. */
function everywhere(places: readonly Place[], rule: Omit<Rule, 'at'>): readonly Rule[] {
  return places.map((at) => ({ at, ...rule }));
}

const TOOLS = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }];
const FORCED = { tools: TOOLS, tool_choice: 'required' };
const STOPS = ['a', 'b', 'c', 'd', 'e'];
const SAMPLING = { temperature: 0.3, top_p: 0.5, presence_penalty: 1, frequency_penalty: 1 };

/** By name at OpenAI, at Azure, behind a router that names it so, and at a proxy. */
function openAi(model: string): readonly Place[] {
  return [
    chat('openai', model),
    chat('azure', model),
    chat('openrouter', `openai/${model}`),
    chat('compatible', model),
    { name: `${model} by Responses`, protocol: 'openai-responses', vendor: 'openai', model },
  ];
}

function isChat({ protocol }: Place): boolean {
  return protocol === 'openai';
}

const OF_OPENAI: readonly Rule[] = [
  // GPT-5.1 to 5.5 sample only where they do not reason.
  ...['gpt-5.1', 'gpt-5.2', 'gpt-5.5'].flatMap((model) => [
    ...everywhere(openAi(model), {
      asks: { reasoning_effort: 'high', temperature: 0.3, top_p: 0.5 },
      sends: { temperature: undefined, top_p: undefined },
      drops: ['temperature', 'top_p'],
    }),
    ...everywhere(openAi(model), {
      asks: { reasoning_effort: 'none', temperature: 0.3 },
      sends: { temperature: 0.3 },
      drops: [],
    }),
    ...everywhere(openAi(model), { asks: { temperature: 0.3 }, sends: { temperature: 0.3 }, drops: [] }),
    ...everywhere(openAi(model), {
      asks: { reasoning_effort: 'low', temperature: 1 },
      sends: { temperature: 1 },
      drops: [],
    }),
    ...everywhere(openAi(model).filter(isChat), {
      asks: { reasoning_effort: 'low', logprobs: true, top_logprobs: 2 },
      refuses: 'reasoning_effort',
    }),
  ]),
  // GPT-5.6 and later reason unless they are told not to.
  ...everywhere(openAi('gpt-5.6-terra'), {
    asks: { temperature: 0.3 },
    sends: { temperature: undefined },
    drops: ['temperature'],
  }),
  ...everywhere(openAi('gpt-5.6-terra'), {
    asks: { reasoning_effort: 'none', temperature: 0.3 },
    sends: { temperature: 0.3 },
    drops: [],
  }),
  ...everywhere(openAi('gpt-5.6-terra').filter(isChat), { asks: { logprobs: true }, refuses: 'reasoning_effort' }),
  // GPT-5 and the o series never sample.
  ...['gpt-5', 'o3'].flatMap((model) =>
    everywhere(openAi(model), {
      asks: SAMPLING,
      sends: { temperature: undefined, top_p: undefined, presence_penalty: undefined, frequency_penalty: undefined },
      drops: ['frequency_penalty', 'presence_penalty', 'temperature', 'top_p'],
    }),
  ),
  ...everywhere(openAi('gpt-5').filter(isChat), { asks: { logprobs: true }, refuses: 'logprobs' }),
  // Tools beside reasoning, where chat alone is there.
  ...everywhere([chat('openrouter', 'openai/gpt-5.6-terra'), chat('compatible', 'gpt-5.6-terra')], {
    asks: { tools: TOOLS },
    refuses: 'reasoning_effort',
  }),
  ...everywhere([chat('openrouter', 'openai/gpt-5.5'), chat('compatible', 'gpt-5.5')], {
    asks: { tools: TOOLS, reasoning_effort: 'low' },
    refuses: 'reasoning_effort',
  }),
  ...everywhere(openAi('gpt-4.1'), {
    asks: { temperature: 0.3, top_p: 0.5 },
    sends: { temperature: 0.3, top_p: 0.5 },
    drops: [],
  }),
];

/** The range of a setting, and how many of it a host takes. */
const OF_RANGES: readonly Rule[] = [
  ...(
    [
      [chat('zhipu', 'glm-4.6'), 1],
      [chat('mistral', 'mistral-large-latest'), 1.5],
      [chat('cerebras', 'llama-3.3-70b'), 1.5],
    ] as const
  ).flatMap(([at, most]): readonly Rule[] => [
    { at, asks: { temperature: 1.8 }, sends: { temperature: most }, drops: ['temperature'] },
    { at, asks: { temperature: most }, sends: { temperature: most }, drops: [] },
    { at, api: 'responses', asks: { temperature: 1.8 }, sends: { temperature: most }, drops: ['temperature'] },
  ]),
  ...everywhere(claude('claude-sonnet-4-5'), {
    asks: { temperature: 1.8 },
    sends: { temperature: 1 },
    drops: ['temperature'],
  }),
  ...everywhere([converse('us.amazon.nova-pro-v1:0'), converse('us.anthropic.claude-sonnet-4-5-20250929-v1:0')], {
    asks: { temperature: 1.8 },
    sends: { 'inferenceConfig.temperature': 1 },
    drops: ['temperature'],
  }),
  ...everywhere([...openAi('gpt-4.1'), ...gemini('gemini-2.5-flash'), chat('groq', 'llama-3.3-70b-versatile')], {
    asks: { temperature: 1.8 },
    drops: [],
  }),
  ...(
    [
      [chat('openai', 'gpt-4.1'), 4],
      [chat('azure', 'my-deployment'), 4],
      [chat('groq', 'llama-3.3-70b-versatile'), 4],
      [chat('cerebras', 'llama-3.3-70b'), 4],
      [chat('zhipu', 'glm-4.6'), 1],
    ] as const
  ).flatMap(([at, most]): readonly Rule[] => [
    { at, asks: { stop: STOPS.slice(0, most) }, sends: { stop: STOPS.slice(0, most) }, drops: [] },
    { at, api: 'messages', asks: { stop_sequences: STOPS.slice(0, most + 1) }, refuses: 'stop_sequences' },
  ]),
];

/** Models that refuse to be made to call a tool while they think. */
const OF_FORCED_TOOLS: readonly Rule[] = [
  ...[
    chat('moonshot', 'kimi-k2.5'),
    chat('moonshot', 'kimi-k2-thinking'),
    chat('deepseek', 'deepseek-v4-flash'),
  ].flatMap((at): readonly Rule[] => [
    { at, asks: FORCED, refuses: 'tool_choice' },
    { at, asks: { ...FORCED, tool_choice: { type: 'function', function: { name: 'f' } } }, refuses: 'tool_choice' },
    {
      at,
      api: 'messages',
      asks: { tools: [{ name: 'f', input_schema: { type: 'object' } }], tool_choice: { type: 'any' } },
      refuses: 'tool_choice',
    },
    { at, asks: { ...FORCED, thinking: { type: 'disabled' } }, sends: { tool_choice: 'required' }, drops: [] },
    { at, asks: { ...FORCED, tool_choice: 'auto' }, sends: { tool_choice: 'auto' }, drops: [] },
  ]),
  ...[{ reasoning_effort: 'high' }, { enable_thinking: true }].map(
    (thinking): Rule => ({
      at: chat('dashscope', 'qwen-plus'),
      asks: { ...FORCED, ...thinking },
      refuses: 'tool_choice',
    }),
  ),
  ...[{}, { reasoning_effort: 'none' }, { enable_thinking: false }].map(
    (thinking): Rule => ({
      at: chat('dashscope', 'qwen-plus'),
      asks: { ...FORCED, ...thinking },
      sends: { tool_choice: 'required' },
    }),
  ),
  ...everywhere([chat('moonshot', 'kimi-k2-0905-preview'), chat('deepseek', 'deepseek-chat')], {
    asks: FORCED,
    sends: { tool_choice: 'required' },
    drops: [],
  }),
];

/** An effort that is asked of a model that does not reason. */
const OF_PLAIN_MODELS: readonly Rule[] = [
  ...everywhere([...openAi('gpt-4o'), chat('github-models', 'openai/gpt-4o')], {
    asks: { reasoning_effort: 'high' },
    sends: { reasoning_effort: undefined, reasoning: undefined },
    drops: ['reasoning_effort'],
  }),
  ...everywhere(openAi('gpt-4o'), {
    api: 'responses',
    asks: { reasoning: { effort: 'high' } },
    sends: { reasoning_effort: undefined, reasoning: undefined },
    drops: ['reasoning.effort'],
  }),
  ...everywhere(openAi('gpt-4o'), {
    api: 'messages',
    asks: { thinking: { type: 'enabled', budget_tokens: 4000 }, max_tokens: 8000 },
    sends: { reasoning_effort: undefined, reasoning: undefined },
    drops: ['thinking'],
  }),
  ...everywhere(openAi('gpt-4o').filter(isChat), {
    asks: { reasoning_effort: 'none' },
    sends: { reasoning_effort: undefined },
    drops: [],
  }),
];

const OF_OTHERS: readonly Rule[] = [
  {
    at: chat('xai', 'grok-4'),
    asks: { presence_penalty: 1, temperature: 0.3 },
    sends: { presence_penalty: undefined, temperature: 0.3 },
    drops: ['presence_penalty'],
  },
  {
    at: chat('xai', 'grok-4'),
    asks: { reasoning_effort: 'high' },
    sends: { reasoning_effort: undefined },
    drops: ['reasoning_effort'],
  },
  { at: chat('xai', 'grok-4'), asks: { stop: ['x'] }, refuses: 'stop' },
  { at: chat('xai', 'grok-4.3'), asks: { reasoning_effort: 'high' }, sends: { reasoning_effort: 'high' }, drops: [] },
  {
    at: chat('groq', 'llama-3.3-70b-versatile'),
    asks: { reasoning_effort: 'low' },
    sends: { reasoning_effort: undefined },
    drops: ['reasoning_effort'],
  },
  {
    at: chat('groq', 'openai/gpt-oss-120b'),
    asks: { reasoning_effort: 'low', temperature: 0.3 },
    sends: { reasoning_effort: 'low', temperature: 0.3 },
    drops: [],
  },
  { at: chat('groq', 'openai/gpt-oss-120b'), asks: { reasoning_effort: 'none' }, refuses: 'reasoning_effort' },
  {
    at: chat('groq', 'qwen/qwen3-32b'),
    asks: { reasoning_effort: 'none' },
    sends: { reasoning_effort: 'none' },
    drops: [],
  },
  { at: chat('groq', 'qwen/qwen3-32b'), asks: { reasoning_effort: 'high' }, refuses: 'reasoning_effort' },
  { at: chat('groq', 'llama-3.3-70b-versatile'), asks: { logprobs: true }, refuses: 'logprobs' },
  { at: chat('groq', 'llama-3.3-70b-versatile'), asks: { n: 2 }, refuses: 'n' },
  {
    at: chat('groq', 'openai/gpt-oss-120b'),
    asks: { tools: TOOLS, response_format: { type: 'json_object' } },
    sends: { response_format: undefined, tools: TOOLS },
  },
  {
    at: chat('cerebras', 'gpt-oss-120b'),
    asks: { tools: TOOLS, response_format: { type: 'json_object' } },
    sends: { response_format: undefined, tools: TOOLS },
  },
  { at: chat('zhipu', 'glm-4.6'), asks: FORCED, refuses: 'tool_choice' },
  {
    at: chat('moonshot', 'kimi-k2.5'),
    asks: { temperature: 0.3 },
    sends: { temperature: undefined },
    drops: ['temperature'],
  },
  {
    at: chat('openrouter', 'meta-llama/llama-3.3-70b-instruct'),
    asks: { reasoning_effort: 'low', temperature: 0.3 },
    sends: { reasoning_effort: 'low', temperature: 0.3 },
    drops: [],
  },
  {
    at: chat('bedrock', 'openai.gpt-oss-120b-1:0'),
    asks: { reasoning_effort: 'low', temperature: 0.3 },
    sends: { reasoning_effort: 'low', temperature: 0.3 },
    drops: [],
  },
];

const BUDGET = claude('claude-sonnet-4-5');
const ADAPTIVE = claude('claude-opus-4-6');
const NEWEST = claude('claude-opus-5');

const OF_CLAUDE: readonly Rule[] = [
  // Thinking takes no temperature and no top_k, and a top_p of 0.95 or more.
  ...everywhere([...BUDGET, ...ADAPTIVE], {
    asks: { reasoning_effort: 'low', max_tokens: 8000, temperature: 0.3, top_k: 5 },
    sends: { temperature: undefined, top_k: undefined },
    drops: ['temperature', 'top_k'],
  }),
  ...everywhere([...BUDGET, ...ADAPTIVE], {
    asks: { reasoning_effort: 'low', max_tokens: 8000, top_p: 0.97 },
    sends: { top_p: 0.97 },
    drops: [],
  }),
  ...everywhere([...BUDGET, ...ADAPTIVE], {
    asks: { reasoning_effort: 'low', max_tokens: 8000, top_p: 0.5 },
    sends: { top_p: undefined },
    drops: ['top_p'],
  }),
  // One of temperature and top_p.
  ...everywhere([...BUDGET, ...ADAPTIVE], {
    asks: { temperature: 0.3, top_p: 0.5, top_k: 5 },
    sends: { temperature: 0.3, top_p: undefined, top_k: 5 },
    drops: ['top_p'],
  }),
  ...everywhere(NEWEST, {
    asks: { temperature: 0.3, top_p: 0.5, top_k: 5 },
    sends: { temperature: undefined, top_p: undefined, top_k: undefined },
    drops: ['temperature', 'top_k', 'top_p'],
  }),
  // A budget of thoughts does not go with a forced tool or a limit below the least budget; thinking that is adaptive does.
  ...everywhere(BUDGET, {
    asks: { ...FORCED, reasoning_effort: 'high', max_tokens: 8000, temperature: 0.3 },
    sends: { 'thinking.type': 'disabled', 'tool_choice.type': 'any', temperature: 0.3 },
    drops: ['reasoning_effort'],
  }),
  ...everywhere(ADAPTIVE, {
    asks: { ...FORCED, reasoning_effort: 'high', max_tokens: 8000 },
    sends: { 'thinking.type': 'adaptive', 'tool_choice.type': 'any' },
    drops: [],
  }),
  ...everywhere(BUDGET, {
    asks: { reasoning_effort: 'high', max_tokens: 500, temperature: 0.3 },
    sends: { 'thinking.type': 'disabled', temperature: 0.3 },
    drops: ['reasoning_effort'],
  }),
  ...everywhere(claude('claude-fable-5-5'), { asks: FORCED, refuses: 'tool_choice' }),
];

const SONNET = converse('us.anthropic.claude-sonnet-4-5-20250929-v1:0');
const OPUS = converse('us.anthropic.claude-opus-4-6-v1');
const EXTRA = 'additionalModelRequestFields';

const OF_BEDROCK: readonly Rule[] = [
  ...everywhere([SONNET, OPUS], {
    asks: { reasoning_effort: 'low', max_tokens: 8000, temperature: 0.3, top_k: 5 },
    sends: { 'inferenceConfig.temperature': undefined, [`${EXTRA}.top_k`]: undefined },
    drops: ['temperature', 'top_k'],
  }),
  ...everywhere([SONNET, OPUS], {
    asks: { reasoning_effort: 'low', max_tokens: 8000, top_p: 0.5 },
    sends: { 'inferenceConfig.topP': undefined },
    drops: ['top_p'],
  }),
  ...everywhere([SONNET, OPUS], {
    asks: { temperature: 0.3, top_p: 0.5, top_k: 5 },
    sends: { 'inferenceConfig.temperature': 0.3, 'inferenceConfig.topP': undefined, [`${EXTRA}.top_k`]: 5 },
    drops: ['top_p'],
  }),
  {
    at: SONNET,
    asks: { ...FORCED, reasoning_effort: 'high', max_tokens: 8000 },
    sends: { [`${EXTRA}.thinking.type`]: 'disabled', 'toolConfig.toolChoice': { any: {} } },
    drops: ['reasoning_effort'],
  },
  {
    at: OPUS,
    asks: { ...FORCED, reasoning_effort: 'high', max_tokens: 8000 },
    sends: { [`${EXTRA}.thinking.type`]: 'adaptive', 'toolConfig.toolChoice': { any: {} } },
    drops: [],
  },
  {
    at: converse('us.amazon.nova-2-lite-v1:0'),
    asks: { reasoning_effort: 'high', max_tokens: 500 },
    sends: { [`${EXTRA}.reasoningConfig.maxReasoningEffort`]: 'medium' },
  },
  {
    at: converse('us.amazon.nova-2-lite-v1:0'),
    asks: { reasoning_effort: 'high' },
    sends: { [`${EXTRA}.reasoningConfig.maxReasoningEffort`]: 'high' },
  },
  { at: converse('us.meta.llama3-3-70b-instruct-v1:0'), asks: FORCED, refuses: 'tool_choice' },
  { at: converse('openai.gpt-oss-120b-1:0'), asks: { stop: ['x'] }, refuses: 'stop' },
];

/** The same in the words of the other APIs. */
const OF_OTHER_APIS: readonly Rule[] = [
  ...everywhere(openAi('gpt-5.2'), {
    api: 'responses',
    asks: { reasoning: { effort: 'high' }, temperature: 0.3 },
    sends: { temperature: undefined },
    drops: ['temperature'],
  }),
  ...everywhere(openAi('gpt-5.2'), {
    api: 'messages',
    asks: { thinking: { type: 'adaptive' }, output_config: { effort: 'high' }, temperature: 0.3 },
    sends: { temperature: undefined },
    drops: ['temperature'],
  }),
  ...everywhere(openAi('gpt-5.2'), {
    api: 'messages',
    asks: { thinking: { type: 'disabled' }, temperature: 0.3 },
    sends: { temperature: 0.3 },
    drops: [],
  }),
  ...everywhere([...BUDGET, ...ADAPTIVE], {
    api: 'responses',
    asks: { reasoning: { effort: 'low' }, max_output_tokens: 8000, temperature: 0.3 },
    sends: { temperature: undefined },
    drops: ['temperature'],
  }),
  ...everywhere(NEWEST, {
    api: 'messages',
    asks: { temperature: 0.3, top_p: 0.5, top_k: 5 },
    sends: { temperature: undefined, top_p: undefined, top_k: undefined },
    drops: ['temperature', 'top_k', 'top_p'],
  }),
  ...everywhere([chat('groq', 'qwen/qwen3-32b')], {
    api: 'messages',
    asks: { thinking: { type: 'enabled', budget_tokens: 4000 }, max_tokens: 8000 },
    sends: { reasoning_effort: undefined },
    drops: ['thinking'],
  }),
];

const CONFIG = 'generationConfig';

const OF_GEMINI: readonly Rule[] = [
  ...everywhere(gemini('gemini-2.5-flash'), {
    asks: { reasoning_effort: 'low', temperature: 0.3 },
    sends: { [`${CONFIG}.temperature`]: 0.3, [`${CONFIG}.thinkingConfig.thinkingBudget`]: 1024 },
    drops: [],
  }),
  ...everywhere(gemini('gemini-3.6-flash'), {
    asks: { temperature: 0.3, top_p: 0.5 },
    sends: { [`${CONFIG}.temperature`]: undefined },
    drops: ['temperature', 'top_p'],
  }),
  ...everywhere(gemini('gemini-2.5-flash'), {
    asks: { tools: TOOLS, response_format: { type: 'json_object' } },
    sends: { [`${CONFIG}`]: undefined },
    drops: [],
  }),
  ...everywhere(gemini('gemini-3-pro-preview'), { asks: { n: 2 }, refuses: 'n' }),
];

function at(body: JsonObject, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => member(value, name), body);
}

function assertRule(rule: Rule, found: AskedPlace): void {
  if (rule.refuses !== undefined) {
    assert.deepEqual(found, { kind: 'unsupported', param: rule.refuses });
    return;
  }
  assert.ok(found.kind === 'asked', JSON.stringify(found));
  for (const [path, value] of Object.entries(rule.sends ?? {})) {
    assert.deepEqual(at(found.body, path), value, `${path} in ${JSON.stringify(found.body)}`);
  }
  if (rule.drops !== undefined) {
    assert.deepEqual([...found.dropped].sort(), rule.drops);
  }
}

const ALL = [
  ...OF_OPENAI,
  ...OF_OTHERS,
  ...OF_CLAUDE,
  ...OF_BEDROCK,
  ...OF_OTHER_APIS,
  ...OF_GEMINI,
  ...OF_RANGES,
  ...OF_FORCED_TOOLS,
  ...OF_PLAIN_MODELS,
];

describe('a setting that another one decides', () => {
  for (const rule of ALL) {
    const { tools, ...shown } = rule.asks;
    const asked = `${JSON.stringify(shown)}${tools === undefined ? '' : ' with a tool'}`;
    for (const streaming of [true, false]) {
      it(`is as ${rule.at.name} takes it: ${asked}, ${streaming ? 'streamed' : 'plain'}`, () => {
        assertRule(rule, askedAt(rule.at, PROMPTS[rule.api ?? 'chat'](rule.asks), { streaming, hasResponses: false }));
      });
    }
  }
});
