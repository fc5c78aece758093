import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import type { RequestRecord } from '../../functions/gateway/core/model/request-record.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  parseJson,
} from '../../functions/gateway/core/wire/json.ts';
import { type CoreAnswer, coreGateway } from '../support/core-gateway.ts';

/** A vendor's answer with a member that the caller of chat is to have. */
interface Passed {
  readonly name: string;
  readonly provider: JsonObject;
  readonly model: string;
  readonly asks?: JsonObject;
  /** Beside the words: members of the answer, of its choice and of its message. */
  readonly top?: JsonObject;
  readonly choice?: JsonObject;
  readonly message?: JsonObject;
}

const AZURE = { protocol: 'openai', host: 'azure', baseUrl: 'https://r.openai.azure.com' };
const VERDICT = { hate: { filtered: false, severity: 'safe' } };
const FLAGGED = { input: { results: [{ flagged: true, categories: { harassment: true } }] } };

function host(name: string): JsonObject {
  return { protocol: 'openai', host: name };
}

const PASSED: readonly Passed[] = [
  {
    name: 'the moderation that OpenAI was asked for',
    provider: host('openai'),
    model: 'gpt-4.1',
    asks: { moderation: { model: 'omni-moderation-latest' } },
    top: { moderation: FLAGGED },
  },
  { name: 'OpenAI’s fingerprint', provider: host('openai'), model: 'gpt-4.1', top: { system_fingerprint: 'fp_1' } },
  { name: 'OpenAI’s tier', provider: host('openai'), model: 'gpt-4.1', top: { service_tier: 'flex' } },
  {
    name: 'OpenAI’s log probabilities',
    provider: host('openai'),
    model: 'gpt-4.1',
    asks: { logprobs: true },
    choice: { logprobs: { content: [{ token: 'Hi', logprob: -0.1, bytes: null, top_logprobs: [] }], refusal: null } },
  },
  {
    name: 'Azure’s verdict on the prompt',
    provider: AZURE,
    model: 'my-chat',
    top: { prompt_filter_results: [{ prompt_index: 0, content_filter_results: VERDICT }] },
  },
  {
    name: 'Azure’s verdict on the answer',
    provider: AZURE,
    model: 'my-chat',
    choice: { content_filter_results: VERDICT },
  },
  {
    name: 'what Perplexity found, and what one may ask next',
    provider: host('perplexity'),
    model: 'sonar-pro',
    top: {
      citations: ['https://example.com'],
      search_results: [{ title: 'A', url: 'https://example.com' }],
      related_questions: ['Why?'],
    },
  },
  { name: 'xAI’s citations', provider: host('xai'), model: 'grok-4', top: { citations: ['https://example.com'] } },
  { name: 'vLLM’s stop', provider: host('vllm'), model: 'some-model', choice: { stop_reason: 'END' } },
  {
    name: 'SGLang’s stop',
    provider: { protocol: 'openai', baseUrl: 'http://s.test/v1' },
    model: 'm',
    choice: { matched_stop: 'END' },
  },
  {
    name: 'OpenAI’s citations of a search',
    provider: host('openai'),
    model: 'gpt-4o-search-preview',
    message: {
      annotations: [
        {
          type: 'url_citation',
          url_citation: { url: 'https://example.com', title: 'A', start_index: 0, end_index: 1 },
        },
      ],
    },
  },
  {
    name: 'a member that nobody here knows',
    provider: { protocol: 'openai', baseUrl: 'http://s.test/v1' },
    model: 'm',
    message: { new_member: { a: 1 } },
  },
];

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

function answerOf({ top = {}, choice = {}, message = {} }: Passed): JsonObject {
  const said = { role: 'assistant', content: 'Hi', ...message };
  return {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    ...top,
    choices: [{ index: 0, message: said, finish_reason: 'stop', ...choice }],
    usage: USAGE,
  };
}

/** As servers stream it: what is said of the whole in every chunk. */
function chunksOf({ top = {}, choice = {}, message = {} }: Passed): readonly JsonObject[] {
  const chunk = (delta: JsonObject, more: JsonObject) => ({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    ...top,
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  });
  return [
    chunk({ role: 'assistant', content: '' }, {}),
    chunk({ content: 'Hi', ...message }, choice),
    chunk({}, { finish_reason: 'stop' }),
    { id: 'c', object: 'chat.completion.chunk', created: 1, choices: [], usage: USAGE },
  ];
}

function dialOf(bodies: { readonly whole: JsonObject; readonly chunks: readonly JsonObject[] }): Dial {
  return async ({ request }) => {
    const isStream = request.operation === 'answer-stream';
    const lines = [...bodies.chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`);
    return {
      kind: 'answered',
      status: 200,
      headers: { 'content-type': isStream ? 'text/event-stream' : 'application/json' },
      body: (async function* () {
        yield new TextEncoder().encode(isStream ? lines.join('') : JSON.stringify(bodies.whole));
      })(),
    };
  };
}

interface Asked {
  readonly provider: JsonObject;
  readonly model: string;
  readonly dial: Dial;
  readonly body: JsonObject;
  /** Whether the vendor is asked for a stream. */
  readonly streaming?: boolean;
  readonly onRecord?: (record: RequestRecord) => void;
}

async function ask({ provider, model, dial, body, streaming = true, onRecord }: Asked): Promise<CoreAnswer> {
  const parsed = parseConfig({
    providers: { it: { apiKey: 'KEY', ...provider } },
    deployments: { 'the/model': { provider: 'it', model, streaming } },
    probes: 'off',
  });
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  const gateway = coreGateway(dial, undefined, { config: parsed.config, ...(onRecord && { onRecord }) });
  const sent = { model: 'the/model', messages: [{ role: 'user', content: 'Hi' }], ...body };
  return gateway('/v1/chat/completions', new TextEncoder().encode(JSON.stringify(sent)));
}

/** Every object that the caller gets: one body, or the chunks of a stream. */
function objectsIn(text: string): readonly JsonObject[] {
  const lines = text.startsWith('{') ? [text] : [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => data);
  return lines.map(parseJson).filter(isJsonObject);
}

/** The values that the caller is given of a member, wherever it belongs. */
function valuesOf(text: string, place: 'top' | 'choice' | 'message', name: string): readonly unknown[] {
  return objectsIn(text).flatMap((object) => {
    const [choice] = arrayMember(object, 'choices');
    const holder = { top: object, choice, message: member(choice, 'message') ?? member(choice, 'delta') }[place];
    return member(holder, name) ?? [];
  });
}

/** Their vendors say them in every chunk. */
const REPEATED: readonly string[] = [
  ...['system_fingerprint', 'service_tier', 'citations', 'search_results', 'related_questions'],
];

function assertPassed(text: string, passed: Passed): void {
  const members = (['top', 'choice', 'message'] as const).flatMap((place) =>
    Object.entries(passed[place] ?? {}).map(([name, value]) => ({ place, name, value })),
  );
  assert.ok(members.length > 0);
  for (const { place, name, value } of members) {
    const [first, ...others] = valuesOf(text, place, name);
    assert.deepEqual(Array.isArray(value) ? [first].flat() : first, value, `${name} in ${text}`);
    assert.ok(others.length === 0 || REPEATED.includes(name), `${name} once: ${text}`);
  }
}

const WAYS = [true, false].flatMap((stream) => [true, false].map((streaming) => ({ stream, streaming })));

describe('an official member of an answer', () => {
  for (const passed of PASSED) {
    for (const { stream, streaming } of WAYS) {
      const how = `${stream ? 'streamed' : 'plain'}, the vendor ${streaming ? 'streamed' : 'plain'}`;
      it(`is passed on: ${passed.name}, ${how}`, async () => {
        const dial = dialOf({ whole: answerOf(passed), chunks: chunksOf(passed) });
        const { provider, model, asks = {} } = passed;
        const { status, text } = await ask({ provider, model, dial, streaming, body: { ...asks, stream } });
        assert.equal(status, 200, text);
        assertPassed(text, passed);
      });
    }
  }
});

const GROQ = { provider: host('groq'), model: 'llama-3.3-70b-versatile' };
const FAILED = {
  error: {
    message: "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
    type: 'invalid_request_error',
    code: 'tool_use_failed',
    failed_generation: '<function=f>{"a":</function>',
  },
};

describe('a generation that Groq could not use', () => {
  for (const stream of [true, false]) {
    for (const how of ['with its status', 'in a stream'] as const) {
      it(`comes to the caller in Groq's own error: ${how}, ${stream ? 'streamed' : 'plain'}`, async () => {
        const dial: Dial = async () => ({
          kind: 'answered',
          status: how === 'in a stream' ? 200 : 400,
          headers: { 'content-type': how === 'in a stream' ? 'text/event-stream' : 'application/json' },
          body: (async function* () {
            const json = JSON.stringify(FAILED);
            yield new TextEncoder().encode(how === 'in a stream' ? `data: ${json}\n\n` : json);
          })(),
        });
        const { status, text } = await ask({ ...GROQ, dial, body: { stream } });
        assert.equal(status, 400, text);
        const error = member(parseJson(text), 'error');
        assert.deepEqual(
          [member(error, 'code'), member(error, 'failed_generation'), member(error, 'message')],
          ['tool_use_failed', FAILED.error.failed_generation, FAILED.error.message],
        );
      });
    }
  }
});

/** Where servers tell the counts of a stream. */
const LATE: Readonly<Record<string, readonly JsonObject[]>> = {
  'in a chunk of its own': [ending(), { id: 'c', choices: [], usage: USAGE }],
  'with the ending': [{ ...ending(), usage: USAGE }],
  'in the choice': [withUsageInChoice()],
  'in a member of Groq’s': [{ ...ending(), x_groq: { id: 'r', usage: USAGE } }],
  'with an error behind the ending': [
    ending(),
    { id: 'c', choices: [], error: { code: 400, message: 'Token limit reached' }, usage: USAGE },
  ],
  'in every chunk, growing': [
    { ...ending(), usage: { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 } },
    { id: 'c', choices: [], usage: USAGE },
  ],
};

function ending(): JsonObject {
  return { id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
}

function withUsageInChoice(): JsonObject {
  return { id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: USAGE }] };
}

describe('the counts of an answer that come late', () => {
  for (const [where, last] of Object.entries(LATE)) {
    for (const stream of [true, false]) {
      it(`are told and recorded: ${where}, ${stream ? 'streamed' : 'plain'}`, async () => {
        const records: RequestRecord[] = [];
        const first = { id: 'c', choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }] };
        const { status, text } = await ask({
          provider: host('openrouter'),
          model: 'some/model',
          dial: dialOf({ whole: {}, chunks: [first, ...last] }),
          body: { stream, ...(stream && { stream_options: { include_usage: true } }) },
          onRecord: (record) => void records.push(record),
        });
        assert.equal(status, 200, text);
        const told = objectsIn(text)
          .flatMap(({ usage }) => (isJsonObject(usage) ? [usage] : []))
          .at(-1);
        assert.deepEqual([told?.prompt_tokens, told?.completion_tokens], [10, 5]);
        assert.deepEqual([records[0]?.usage?.input, records[0]?.usage?.output], [10, 5]);
      });
    }
  }
});
