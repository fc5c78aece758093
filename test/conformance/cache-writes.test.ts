import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import type { RequestRecord } from '../../functions/gateway/core/model/request-record.ts';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';
import { eventFrame } from '../support/amazon-event-stream-frames.ts';
import { coreGateway } from '../support/core-gateway.ts';

const PRICES = {
  inputPrice: 1,
  outputPrice: 10,
  cachedInputPrice: 0.1,
  cacheWritePrice: 1.25,
  cacheWrite1hPrice: 2,
};
/** Of 1,000 tokens of the prompt; 50 of the answer. */
const READ = 200;

/** Dollars for those, by how many were written for minutes and for an hour. */
function dollars(minutes: number, hour: number): number {
  const fresh = 1000 - READ - minutes - hour;
  return (fresh * 1 + READ * 0.1 + minutes * 1.25 + hour * 2 + 50 * 10) / 1_000_000;
}

type Words = 'chat' | 'responses' | 'messages' | 'frames' | 'converse' | 'gemini';

interface Counted {
  readonly name: string;
  readonly provider: { readonly protocol: string; readonly [more: string]: unknown };
  readonly model: string;
  readonly words: Words;
  readonly usage: JsonObject;
  readonly minutes: number;
  readonly hour: number;
  /** More of the request. */
  readonly asks?: JsonObject;
}

const CLAUDE_USAGE = { input_tokens: 400, cache_read_input_tokens: READ, output_tokens: 50 };
const BY_LIFETIME = {
  ...CLAUDE_USAGE,
  cache_creation_input_tokens: 400,
  cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 100 },
};
const CHAT_USAGE = { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 };
const CONVERSE_USAGE = { inputTokens: 400, outputTokens: 50, totalTokens: 1050, cacheReadInputTokens: READ };

function chat(details: JsonObject, more: JsonObject = {}): JsonObject {
  return { ...CHAT_USAGE, prompt_tokens_details: { cached_tokens: READ, ...details }, ...more };
}

const MARKED = {
  messages: [
    {
      role: 'user',
      content: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    },
  ],
};

const OPENROUTER = { provider: { protocol: 'openai', host: 'openrouter' }, model: 'anthropic/claude-sonnet-4.5' };
const PROXY = {
  provider: { protocol: 'openai', baseUrl: 'http://proxy.test/v1' },
  model: 'claude-sonnet-4-5',
  words: 'chat' as const,
};
const ANTHROPIC = { provider: { protocol: 'anthropic' }, model: 'claude-sonnet-4-5', words: 'messages' as const };
const CONVERSE = {
  provider: { protocol: 'bedrock', region: 'us-east-1' },
  model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  words: 'converse' as const,
};

const COUNTED: readonly Counted[] = [
  {
    name: 'OpenAI',
    provider: { protocol: 'openai' },
    model: 'gpt-5.6-terra',
    words: 'chat',
    usage: chat({ cache_write_tokens: 400 }),
    minutes: 400,
    hour: 0,
  },
  {
    name: 'OpenAI, where the caller marks an hour, of which it does not know',
    provider: { protocol: 'openai' },
    model: 'gpt-5.6-terra',
    words: 'chat',
    usage: chat({ cache_write_tokens: 400 }),
    asks: MARKED,
    minutes: 400,
    hour: 0,
  },
  {
    name: 'OpenAI by Responses',
    provider: { protocol: 'openai-responses' },
    model: 'gpt-5.6-terra',
    words: 'responses',
    usage: {
      input_tokens: 1000,
      output_tokens: 50,
      input_tokens_details: { cached_tokens: READ, cache_write_tokens: 400 },
    },
    minutes: 400,
    hour: 0,
  },
  { ...OPENROUTER, name: 'OpenRouter', words: 'chat', usage: chat({ cache_write_tokens: 400 }), minutes: 400, hour: 0 },
  {
    ...OPENROUTER,
    name: 'OpenRouter, which does not tell lifetimes, for who asks for an hour',
    words: 'chat',
    usage: chat({ cache_write_tokens: 400 }),
    asks: MARKED,
    minutes: 0,
    hour: 400,
  },
  {
    ...PROXY,
    name: 'a proxy by LiteLLM',
    usage: chat(
      {
        cache_creation_tokens: 400,
        cache_creation_token_details: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 100 },
      },
      { cache_creation_input_tokens: 400, cache_read_input_tokens: READ },
    ),
    minutes: 300,
    hour: 100,
  },
  {
    ...PROXY,
    name: 'a proxy that counts beside the details',
    usage: { ...CHAT_USAGE, cache_creation_input_tokens: 400, cache_read_input_tokens: READ },
    minutes: 400,
    hour: 0,
  },
  {
    name: 'DashScope',
    provider: { protocol: 'openai', host: 'dashscope' },
    model: 'qwen-max',
    words: 'chat',
    usage: chat({ cache_creation_input_tokens: 400, cache_creation: { ephemeral_5m_input_tokens: 400 } }),
    minutes: 400,
    hour: 0,
  },
  { ...ANTHROPIC, name: 'Anthropic', usage: BY_LIFETIME, minutes: 300, hour: 100 },
  {
    ...ANTHROPIC,
    name: 'Anthropic without lifetimes',
    usage: { ...CLAUDE_USAGE, cache_creation_input_tokens: 400 },
    minutes: 400,
    hour: 0,
  },
  {
    ...ANTHROPIC,
    name: 'Anthropic without lifetimes, for who asks for an hour',
    usage: { ...CLAUDE_USAGE, cache_creation_input_tokens: 400 },
    asks: MARKED,
    minutes: 0,
    hour: 400,
  },
  {
    name: 'Claude on Foundry',
    provider: { protocol: 'anthropic', host: 'azure', baseUrl: 'https://r.services.ai.azure.com' },
    model: 'claude-sonnet-4-5',
    words: 'messages',
    usage: BY_LIFETIME,
    minutes: 300,
    hour: 100,
  },
  {
    name: 'Claude on Vertex AI',
    provider: { protocol: 'anthropic', host: 'vertex', project: 'p', region: 'us-east5' },
    model: 'claude-sonnet-4-5@20250929',
    words: 'messages',
    usage: BY_LIFETIME,
    minutes: 300,
    hour: 100,
  },
  {
    name: 'Claude by InvokeModel',
    provider: { protocol: 'anthropic', host: 'bedrock', region: 'us-east-1' },
    model: 'us.anthropic.claude-sonnet-4-5',
    words: 'frames',
    usage: BY_LIFETIME,
    minutes: 300,
    hour: 100,
  },
  {
    ...CONVERSE,
    name: 'Converse',
    usage: {
      ...CONVERSE_USAGE,
      cacheWriteInputTokens: 400,
      cacheDetails: [
        { ttl: '5m', inputTokens: 300 },
        { ttl: '1h', inputTokens: 100 },
      ],
    },
    minutes: 300,
    hour: 100,
  },
  {
    ...CONVERSE,
    name: 'Converse without lifetimes',
    usage: { ...CONVERSE_USAGE, cacheWriteInputTokens: 400 },
    minutes: 400,
    hour: 0,
  },
  {
    ...CONVERSE,
    name: 'Converse without lifetimes, for who asks for an hour',
    usage: { ...CONVERSE_USAGE, cacheWriteInputTokens: 400 },
    asks: MARKED,
    minutes: 0,
    hour: 400,
  },
  ...['google-ai', 'vertex'].map(
    (host): Counted => ({
      name: `Gemini at ${host}, which bills no writes`,
      provider: { protocol: 'gemini', host },
      model: 'gemini-2.5-flash',
      words: 'gemini',
      usage: { promptTokenCount: 1000, cachedContentTokenCount: READ, candidatesTokenCount: 50, totalTokenCount: 1050 },
      minutes: 0,
      hour: 0,
    }),
  ),
];

/** A whole answer with these counts. */
function bodyOf(words: Words, usage: JsonObject): JsonObject {
  switch (words) {
    case 'chat':
      return { id: 'a', choices: [{ index: 0, message: { content: 'Hi' }, finish_reason: 'stop' }], usage };
    case 'responses':
      return { id: 'r', object: 'response', status: 'completed', output: [MESSAGE_ITEM], usage };
    case 'messages':
    case 'frames':
      return { ...MESSAGE, content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn', usage };
    case 'converse':
      return { output: { message: { role: 'assistant', content: [{ text: 'Hi' }] } }, stopReason: 'end_turn', usage };
    case 'gemini':
      return geminiAnswer(usage);
  }
}

const MESSAGE = { id: 'm', type: 'message', role: 'assistant', model: 'm' };
const MESSAGE_ITEM = { id: 'i', type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] };

function geminiAnswer(usageMetadata: JsonObject): JsonObject {
  const content = { role: 'model', parts: [{ text: 'Hi' }] };
  return { candidates: [{ index: 0, content, finishReason: 'STOP' }], usageMetadata };
}

/** The same in a stream. */
function streamOf(words: Words, usage: JsonObject): readonly Uint8Array[] {
  switch (words) {
    case 'chat':
      return sse([
        { id: 'a', choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }] },
        { id: 'a', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
        { id: 'a', choices: [], usage },
      ]);
    case 'responses':
      return sse([
        { type: 'response.output_item.added', output_index: 0, item: { ...MESSAGE_ITEM, content: [] } },
        { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Hi' },
        { type: 'response.output_item.done', output_index: 0, item: MESSAGE_ITEM },
        { type: 'response.completed', response: bodyOf('responses', usage) },
      ]);
    case 'messages':
      return sse(messagesEvents(usage));
    case 'frames':
      return messagesEvents(usage).map((event) =>
        eventFrame('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') }),
      );
    case 'converse':
      return [
        eventFrame('messageStart', { role: 'assistant' }),
        eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hi' } }),
        eventFrame('contentBlockStop', { contentBlockIndex: 0 }),
        eventFrame('messageStop', { stopReason: 'end_turn' }),
        eventFrame('metadata', { usage }),
      ];
    case 'gemini':
      return sse([geminiAnswer(usage)]);
  }
}

function messagesEvents(usage: JsonObject): readonly JsonObject[] {
  const { output_tokens: output, ...input } = usage;
  return [
    { type: 'message_start', message: { ...MESSAGE, content: [], usage: { ...input, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: output } },
    { type: 'message_stop' },
  ];
}

function sse(events: readonly JsonObject[]): readonly Uint8Array[] {
  return events.map((event) => {
    const name = typeof event.type === 'string' ? `event: ${event.type}\n` : '';
    return new TextEncoder().encode(`${name}data: ${JSON.stringify(event)}\n\n`);
  });
}

function dialOf({ words, usage }: Counted): Dial {
  return async ({ request }) => {
    const isStream = request.operation === 'answer-stream';
    const whole = [new TextEncoder().encode(JSON.stringify(bodyOf(words, usage)))];
    const framed =
      words === 'frames' || words === 'converse' ? 'application/vnd.amazon.eventstream' : 'text/event-stream';
    return {
      kind: 'answered',
      status: 200,
      headers: { 'content-type': isStream ? framed : 'application/json' },
      body: (async function* () {
        yield* isStream ? streamOf(words, usage) : whole;
      })(),
    };
  };
}

async function recordOf(counted: Counted, streaming: boolean): Promise<RequestRecord | undefined> {
  const { provider, model, asks } = counted;
  const apiKey = provider.protocol === 'bedrock' ? {} : { apiKey: 'KEY' };
  const parsed = parseConfig({
    providers: { it: { ...apiKey, ...provider } },
    deployments: { 'the/model': { provider: 'it', model, streaming, ...PRICES } },
    probes: 'off',
  });
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  const records: RequestRecord[] = [];
  const onRecord = (record: RequestRecord): void => void records.push(record);
  const ask = coreGateway(dialOf(counted), undefined, { config: parsed.config, onRecord });
  const body = { model: 'the/model', messages: [{ role: 'user', content: 'Hi' }], ...asks, stream: streaming };
  const { status, text } = await ask('/v1/chat/completions', new TextEncoder().encode(JSON.stringify(body)));
  assert.equal(status, 200, text);
  return records[0];
}

describe('what is written to a cache', () => {
  for (const counted of COUNTED) {
    for (const streaming of [true, false]) {
      it(`is charged by its lifetime: ${counted.name}, ${streaming ? 'streamed' : 'plain'}`, async () => {
        const record = await recordOf(counted, streaming);
        const {
          cacheWrite5m = 0,
          cacheWrite1h = 0,
          cacheRead,
          input,
          output,
        } = record?.usage ?? { input: 0, output: 0 };
        assert.deepEqual([cacheWrite5m, cacheWrite1h], [counted.minutes, counted.hour]);
        assert.deepEqual([cacheRead, input, output], [READ, 1000, 50]);
        assert.ok(Math.abs((record?.costUsd ?? 0) - dollars(counted.minutes, counted.hour)) < 1e-12);
      });
    }
  }
});
