import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { Dial, UpstreamRequest } from '../../functions/gateway/core/model/dial.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  parseJson,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import { sseParser } from '../../functions/gateway/core/wire/sse-parser.ts';
import { eventFrame } from '../support/amazon-event-stream-frames.ts';
import { coreGateway } from '../support/core-gateway.ts';

/** A provider whose answers come in pieces, some of them more than once. Each says `A1 B2`, calls `f` with `{"q":"hi"}`, and has thought `Hm. So.` */
interface Teller {
  readonly name: string;
  readonly provider: { readonly protocol: string; readonly [more: string]: unknown };
  readonly model: string;
  readonly pieces: readonly Uint8Array[];
  /** How many of the pieces stand before the ending. */
  readonly body: number;
  /** The thoughts as they must come back in the next turn. */
  readonly proof: string;
  /** The API whose callers it would be asked for in other words, or who are not shown its thoughts. */
  readonly notFor?: string;
}

function text(event: string | undefined, data: unknown): Uint8Array {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return new TextEncoder().encode(`${name}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
}

function chat(choice: JsonObject): Uint8Array {
  return text(undefined, { id: 'c', choices: [{ index: 0, ...choice }] });
}

const CALL = { index: 0, id: 'call_abc', type: 'function', function: { name: 'f', arguments: '' } };
const USAGE = text(undefined, { id: 'c', choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } });

/** Words and a call in pieces, and all of it once more with the ending. */
function chatPieces(thoughts: readonly JsonObject[]): readonly Uint8Array[] {
  const deltas = [
    { content: 'A1' },
    { content: ' B2' },
    { tool_calls: [CALL] },
    { tool_calls: [{ index: 0, function: { arguments: '{"q":' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '"hi"}' } }] },
  ];
  return [...thoughts, ...deltas].map((delta) => chat({ delta, finish_reason: null }));
}

const WHOLE_CALL = { ...CALL, function: { name: 'f', arguments: '{"q":"hi"}' } };
const CHAT_ENDINGS: Readonly<Record<string, readonly Uint8Array[]>> = {
  'said once': [chat({ delta: {}, finish_reason: 'tool_calls' })],
  'with the call once more': [chat({ delta: { tool_calls: [WHOLE_CALL] }, finish_reason: 'tool_calls' })],
  'with all of it once more as a message': [
    chat({ message: { role: 'assistant', content: 'A1 B2', tool_calls: [WHOLE_CALL] }, finish_reason: 'tool_calls' }),
  ],
  'with the ending twice': [
    chat({ delta: {}, finish_reason: 'tool_calls' }),
    chat({ delta: { content: '' }, finish_reason: 'tool_calls' }),
  ],
};

interface ChatTeller {
  readonly name: string;
  readonly provider: Teller['provider'];
  readonly model: string;
  readonly thoughts: readonly JsonObject[];
  /** All of them in one piece. */
  readonly whole: JsonObject;
  readonly proof: string;
}

const DETAIL = { type: 'reasoning.text', format: 'anthropic-claude-v1', index: 0 };

const ENCRYPTED = { type: 'reasoning.encrypted', data: 'c2lnbmVk', id: 'r1', index: 0 };

const CHAT_TELLERS: readonly ChatTeller[] = [
  {
    name: 'OpenRouter, thoughts in details',
    provider: { protocol: 'openai', host: 'openrouter' },
    model: 'anthropic/claude-sonnet-4.5',
    thoughts: [
      { reasoning: 'Hm', reasoning_details: [{ ...DETAIL, text: 'Hm' }] },
      { reasoning: '. So.', reasoning_details: [{ ...DETAIL, text: '. So.' }] },
      { reasoning_details: [{ ...DETAIL, signature: 'c2lnbmVk' }] },
    ],
    whole: { reasoning: 'Hm. So.', reasoning_details: [{ ...DETAIL, text: 'Hm. So.', signature: 'c2lnbmVk' }] },
    proof: '"text":"Hm. So.","signature":"c2lnbmVk"',
  },
  {
    name: 'OpenRouter, encrypted thoughts in details',
    provider: { protocol: 'openai', host: 'openrouter' },
    model: 'openai/gpt-5.1',
    thoughts: [{ reasoning: 'Hm' }, { reasoning: '. So.' }, { reasoning_details: [ENCRYPTED] }],
    whole: { reasoning: 'Hm. So.', reasoning_details: [ENCRYPTED] },
    proof: '"data":"c2lnbmVk","id":"r1"',
  },
  {
    name: 'a proxy to Claude, thoughts in blocks',
    provider: { protocol: 'openai', baseUrl: 'http://proxy.test/v1' },
    model: 'claude-sonnet-4-5',
    thoughts: [
      { reasoning_content: 'Hm', thinking_blocks: [{ type: 'thinking', thinking: 'Hm', signature: '' }] },
      { reasoning_content: '. So.', thinking_blocks: [{ type: 'thinking', thinking: '. So.', signature: '' }] },
      { thinking_blocks: [{ type: 'thinking', thinking: '', signature: 'c2lnbmVk' }] },
    ],
    whole: {
      reasoning_content: 'Hm. So.',
      thinking_blocks: [{ type: 'thinking', thinking: 'Hm. So.', signature: 'c2lnbmVk' }],
    },
    proof: '"thinking":"Hm. So.","signature":"c2lnbmVk"',
  },
  {
    name: 'DeepSeek',
    provider: { protocol: 'openai', host: 'deepseek' },
    model: 'deepseek-reasoner',
    thoughts: [{ reasoning_content: 'Hm' }, { reasoning_content: '. So.' }],
    whole: { reasoning_content: 'Hm. So.' },
    proof: '"reasoning_content":"Hm. So."',
  },
  {
    name: 'Groq',
    provider: { protocol: 'openai', host: 'groq' },
    model: 'openai/gpt-oss-120b',
    thoughts: [{ reasoning: 'Hm' }, { reasoning: '. So.' }],
    whole: { reasoning: 'Hm. So.' },
    proof: '"reasoning":"Hm. So."',
  },
];

function chatTellers({ name, provider, model, thoughts, whole, proof }: ChatTeller): readonly Teller[] {
  const body = chatPieces(thoughts);
  const again = chat({ delta: { ...whole, content: 'A1 B2' }, finish_reason: 'tool_calls' });
  const endings = { ...CHAT_ENDINGS, 'with thoughts and words once more': [again] };
  return Object.entries(endings).map(([how, ending]) => ({
    name: `${name}, ${how}`,
    provider,
    model,
    pieces: [...body, ...ending, USAGE, text(undefined, '[DONE]')],
    body: body.length,
    proof,
  }));
}

/** Events of the Messages API. `repeats`: servers of others begin a block with what the pieces then say. */
function messagesEvents(repeats: boolean): readonly JsonObject[] {
  const delta = (index: number, one: JsonObject) => ({ type: 'content_block_delta', index, delta: one });
  const block = (index: number, one: JsonObject) => ({ type: 'content_block_start', index, content_block: one });
  const stop = (index: number) => ({ type: 'content_block_stop', index });
  const input = repeats ? { q: 'hi' } : {};
  return [
    { type: 'message_start', message: { id: 'm', role: 'assistant', content: [], usage: { input_tokens: 3 } } },
    block(0, { type: 'thinking', thinking: '', signature: '' }),
    delta(0, { type: 'thinking_delta', thinking: 'Hm' }),
    delta(0, { type: 'thinking_delta', thinking: '. So.' }),
    delta(0, { type: 'signature_delta', signature: 'c2ln' }),
    delta(0, { type: 'signature_delta', signature: 'bmVk' }),
    stop(0),
    block(1, { type: 'text', text: '' }),
    delta(1, { type: 'text_delta', text: 'A1' }),
    delta(1, { type: 'text_delta', text: ' B2' }),
    stop(1),
    block(2, { type: 'tool_use', id: 'toolu_1', name: 'f', input }),
    delta(2, { type: 'input_json_delta', partial_json: '' }),
    delta(2, { type: 'input_json_delta', partial_json: '{"q":' }),
    delta(2, { type: 'input_json_delta', partial_json: '"hi"}' }),
    stop(2),
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 2 } },
    { type: 'message_stop' },
  ];
}

const SIGNED = '"thinking":"Hm. So.","signature":"c2lnbmVk"';

function framed(event: JsonObject): Uint8Array {
  return eventFrame('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') });
}

const CLAUDE_TELLERS: readonly Teller[] = [false, true].flatMap((repeats) => {
  const events = messagesEvents(repeats);
  const lines = events.map((event) => text(String(event.type), event));
  const how = repeats ? ', the input of a call twice' : '';
  const body = events.length - 2;
  return [
    {
      name: `Claude at Anthropic${how}`,
      provider: { protocol: 'anthropic' },
      model: 'claude-sonnet-4-5',
      pieces: lines,
      body,
      proof: SIGNED,
    },
    {
      name: `Claude on Vertex AI${how}`,
      provider: { protocol: 'anthropic', host: 'vertex', project: 'p', region: 'us-east5' },
      model: 'claude-sonnet-4-5@20250929',
      pieces: lines,
      body,
      proof: SIGNED,
    },
    {
      name: `Claude by InvokeModel${how}`,
      provider: { protocol: 'anthropic', host: 'bedrock', region: 'us-east-1' },
      model: 'us.anthropic.claude-sonnet-4-5',
      pieces: events.map(framed),
      body,
      proof: SIGNED,
    },
  ];
});

function converse(name: string, index: number, more: JsonObject = {}): Uint8Array {
  return eventFrame(name, { contentBlockIndex: index, ...more });
}

const CONVERSE: Teller = {
  name: 'Converse',
  provider: { protocol: 'bedrock', region: 'us-east-1' },
  model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  pieces: [
    eventFrame('messageStart', { role: 'assistant' }),
    converse('contentBlockDelta', 0, { delta: { reasoningContent: { text: 'Hm' } } }),
    converse('contentBlockDelta', 0, { delta: { reasoningContent: { text: '. So.' } } }),
    converse('contentBlockDelta', 0, { delta: { reasoningContent: { signature: 'c2ln' } } }),
    converse('contentBlockDelta', 0, { delta: { reasoningContent: { signature: 'bmVk' } } }),
    converse('contentBlockStop', 0),
    converse('contentBlockDelta', 1, { delta: { text: 'A1' } }),
    converse('contentBlockDelta', 1, { delta: { text: ' B2' } }),
    converse('contentBlockStop', 1),
    converse('contentBlockStart', 2, { start: { toolUse: { toolUseId: 't1', name: 'f' } } }),
    converse('contentBlockDelta', 2, { delta: { toolUse: { input: '{"q":' } } }),
    converse('contentBlockDelta', 2, { delta: { toolUse: { input: '"hi"}' } } }),
    converse('contentBlockStop', 2),
    eventFrame('messageStop', { stopReason: 'tool_use' }),
    eventFrame('metadata', { usage: { inputTokens: 3, outputTokens: 2 } }),
  ],
  body: 13,
  proof: '"reasoningText":{"text":"Hm. So.","signature":"c2lnbmVk"}',
  // Claude is asked by InvokeModel for those.
  notFor: 'messages',
};

function gemini(parts: readonly JsonObject[], more: JsonObject = {}): Uint8Array {
  const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 };
  return text(undefined, { candidates: [{ index: 0, content: { role: 'model', parts }, ...more }], usageMetadata });
}

const GEMINI: readonly Teller[] = ['google-ai', 'vertex'].map((host) => ({
  name: `Gemini at ${host}`,
  provider: { protocol: 'gemini', host },
  model: 'gemini-3-flash',
  pieces: [
    gemini([{ text: 'Hm', thought: true }]),
    gemini([{ text: '. So.', thought: true }]),
    gemini([{ text: 'A1' }]),
    gemini([{ text: ' B2' }]),
    gemini([{ functionCall: { name: 'f', args: { q: 'hi' } }, thoughtSignature: 'c2lnbmVk' }]),
    gemini([{ text: '' }], { finishReason: 'STOP' }),
  ],
  body: 5,
  proof: '"thoughtSignature":"c2lnbmVk"',
}));

const ITEMS = {
  reasoning: {
    id: 'rs_1',
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: 'Hm. So.' }],
    encrypted_content: 'c2lnbmVk',
  },
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'A1 B2', annotations: [] }],
  },
  call: {
    id: 'fc_1',
    type: 'function_call',
    call_id: 'call_1',
    name: 'f',
    arguments: '{"q":"hi"}',
    status: 'completed',
  },
};

function response(type: string, more: JsonObject): Uint8Array {
  return text(type, { type, ...more });
}

const COMPLETED = response('response.completed', {
  response: {
    id: 'r',
    object: 'response',
    status: 'completed',
    output: Object.values(ITEMS),
    usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
  },
});

/** Everything is said in pieces, in a `done` of its own, in its item and in the whole response: or in some of these alone. */
const RESPONSES_PIECES: Readonly<Record<string, readonly Uint8Array[]>> = {
  'said in pieces, items and the whole': [
    response('response.output_item.added', {
      output_index: 0,
      item: { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: '' },
    }),
    response('response.reasoning_summary_text.delta', { output_index: 0, summary_index: 0, delta: 'Hm' }),
    response('response.reasoning_summary_text.delta', { output_index: 0, summary_index: 0, delta: '. So.' }),
    response('response.reasoning_summary_text.done', { output_index: 0, summary_index: 0, text: 'Hm. So.' }),
    response('response.output_item.done', { output_index: 0, item: ITEMS.reasoning }),
    response('response.output_item.added', { output_index: 1, item: { ...ITEMS.message, content: [] } }),
    response('response.output_text.delta', { output_index: 1, content_index: 0, delta: 'A1' }),
    response('response.output_text.delta', { output_index: 1, content_index: 0, delta: ' B2' }),
    response('response.output_text.done', { output_index: 1, content_index: 0, text: 'A1 B2' }),
    response('response.output_item.done', { output_index: 1, item: ITEMS.message }),
    response('response.output_item.added', { output_index: 2, item: { ...ITEMS.call, arguments: '' } }),
    response('response.function_call_arguments.delta', { output_index: 2, delta: '{"q":' }),
    response('response.function_call_arguments.delta', { output_index: 2, delta: '"hi"}' }),
    response('response.function_call_arguments.done', { output_index: 2, arguments: '{"q":"hi"}' }),
    response('response.output_item.done', { output_index: 2, item: ITEMS.call }),
  ],
  'said in items and the whole': Object.values(ITEMS).flatMap((item, index) => [
    response('response.output_item.added', { output_index: index, item }),
    response('response.output_item.done', { output_index: index, item }),
  ]),
};

const RESPONSES: readonly Teller[] = Object.entries(RESPONSES_PIECES).map(([how, pieces]) => ({
  name: `OpenAI by Responses, ${how}`,
  provider: { protocol: 'openai-responses' },
  model: 'gpt-5.1',
  pieces: [...pieces, COMPLETED],
  body: pieces.length,
  proof: '"encrypted_content":"c2lnbmVk"',
  // Chat has no place for what is encrypted.
  notFor: 'chat',
}));

const TELLERS: readonly Teller[] = [
  ...CHAT_TELLERS.flatMap(chatTellers),
  ...CLAUDE_TELLERS,
  CONVERSE,
  ...GEMINI,
  ...RESPONSES,
];

function dialOf(pieces: readonly Uint8Array[], { provider, model }: Teller, asked: UpstreamRequest[]): Dial {
  const isFramed = provider.protocol === 'bedrock' || model.startsWith('us.');
  return async ({ request }) => {
    asked.push(request);
    return {
      kind: 'answered',
      status: 200,
      headers: { 'content-type': isFramed ? 'application/vnd.amazon.eventstream' : 'text/event-stream' },
      body: (async function* () {
        yield* pieces;
      })(),
    };
  };
}

function gatewayOf(teller: Teller, pieces: readonly Uint8Array[], asked: UpstreamRequest[] = []) {
  const { provider, model } = teller;
  const apiKey = provider.protocol === 'bedrock' ? {} : { apiKey: 'KEY' };
  const parsed = parseConfig({
    providers: { it: { ...apiKey, ...provider } },
    deployments: { 'the/model': { provider: 'it', model } },
    probes: 'off',
  });
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  const ask = coreGateway(dialOf(pieces, teller, asked), undefined, { config: parsed.config });
  return (path: string, body: JsonObject) =>
    ask(path, new TextEncoder().encode(JSON.stringify({ model: 'the/model', ...body })));
}

/** The answer as a client has it: words, thoughts, calls and what it sends back. */
interface Had {
  readonly words: string;
  readonly thoughts: string;
  readonly calls: readonly (readonly [name: unknown, input: unknown])[];
  readonly back: readonly JsonObject[];
}

interface Api {
  readonly path: string;
  readonly first: JsonObject;
  readonly next: (back: readonly JsonObject[]) => JsonObject;
  readonly plain: (body: JsonObject) => Had;
  readonly stream: (events: readonly JsonObject[]) => Had;
}

const SCHEMA = { type: 'object', properties: { q: { type: 'string' } } };
const HI = { role: 'user', content: 'Hi' };
const CHAT_FIRST = {
  messages: [HI],
  reasoning_effort: 'low',
  max_tokens: 8000,
  tools: [{ type: 'function', function: { name: 'f', parameters: SCHEMA } }],
};
const MESSAGES_FIRST = {
  messages: [HI],
  max_tokens: 8000,
  thinking: { type: 'enabled', budget_tokens: 2000 },
  tools: [{ name: 'f', input_schema: SCHEMA }],
};
const RESPONSES_FIRST = {
  input: [HI],
  reasoning: { effort: 'low', summary: 'auto' },
  max_output_tokens: 8000,
  include: ['reasoning.encrypted_content'],
  tools: [{ type: 'function', name: 'f', parameters: SCHEMA, strict: false }],
};

function chatHad(message: JsonObject): Had {
  const calls = arrayMember(message, 'tool_calls').filter(isJsonObject);
  return {
    words: String(message.content ?? ''),
    thoughts: String(message.reasoning_content ?? ''),
    calls: calls.map(({ function: called }) => [
      stringMember(called, 'name'),
      parseJson(stringMember(called, 'arguments') ?? ''),
    ]),
    back: [
      { role: 'assistant', ...message },
      ...calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'ok' })),
    ],
  };
}

/** Puts the chunks together as clients do that know no more than JSON: texts grow, lists too, calls by their index. */
function accumulated(deltas: readonly JsonObject[]): JsonObject {
  const message = new Map<string, unknown>();
  for (const [name, value] of deltas.flatMap((delta) => Object.entries(delta))) {
    message.set(name, grownMember(name, message.get(name), value));
  }
  return Object.fromEntries(message);
}

function grownMember(name: string, earlier: unknown, value: unknown): unknown {
  if (typeof value === 'string' && name !== 'role') {
    return `${typeof earlier === 'string' ? earlier : ''}${value}`;
  }
  if (!Array.isArray(value)) {
    return value ?? earlier;
  }
  const known: readonly unknown[] = Array.isArray(earlier) ? earlier : [];
  return name === 'tool_calls' ? value.reduce(withCallPiece, known) : [...known, ...value];
}

function withCallPiece(calls: readonly JsonObject[], piece: JsonObject): readonly JsonObject[] {
  const { index, ...fragment } = piece;
  const at = Number(index);
  const known = calls[at];
  const grown =
    known === undefined
      ? fragment
      : { ...known, function: accumulated([Object(known.function), Object(fragment.function)]) };
  return [...calls.slice(0, at), grown, ...calls.slice(at + 1)];
}

function messagesHad(content: readonly JsonObject[]): Had {
  const calls = content.filter(({ type }) => type === 'tool_use');
  const textOf = (type: string, member: string): string =>
    content.map((block) => (block.type === type ? String(block[member]) : '')).join('');
  return {
    words: textOf('text', 'text'),
    thoughts: textOf('thinking', 'thinking'),
    calls: calls.map(({ name, input }) => [name, input]),
    back: [
      { role: 'assistant', content },
      { role: 'user', content: calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'ok' })) },
    ],
  };
}

function messagesContent(events: readonly JsonObject[]): readonly JsonObject[] {
  const blocks: JsonObject[] = [];
  for (const { type, index, content_block: block, delta } of events) {
    const at = Number(index);
    if (type === 'content_block_start') {
      blocks[at] = { ...Object(block) };
    } else if (type === 'content_block_delta') {
      blocks[at] = withDelta(blocks[at] ?? {}, Object(delta));
    }
  }
  return blocks.map(({ partial = '', ...block }) =>
    block.type === 'tool_use' ? { ...block, input: parseJson(String(partial || '{}')) } : block,
  );
}

function withDelta(block: JsonObject, { type: _, partial_json: partial, ...delta }: JsonObject): JsonObject {
  return accumulated([block, { ...delta, ...(partial !== undefined && { partial }) }]);
}

function responsesHad(output: readonly JsonObject[]): Had {
  const calls = output.filter(({ type }) => type === 'function_call');
  const texts = (type: string, member: string): string =>
    output
      .flatMap((item) => (item.type === type ? arrayMember(item, member) : []))
      .map((part) => stringMember(part, 'text') ?? '')
      .join('');
  return {
    words: texts('message', 'content'),
    thoughts: texts('reasoning', 'summary'),
    calls: calls.map(({ name, arguments: input }) => [name, parseJson(String(input))]),
    back: [...output, ...calls.map(({ call_id: id }) => ({ type: 'function_call_output', call_id: id, output: 'ok' }))],
  };
}

function objects(values: readonly unknown[]): readonly JsonObject[] {
  return values.filter(isJsonObject);
}

const APIS: Readonly<Record<string, Api>> = {
  chat: {
    path: '/v1/chat/completions',
    first: CHAT_FIRST,
    next: (back) => ({ ...CHAT_FIRST, messages: [HI, ...back] }),
    plain: ({ choices }) => chatHad(Object(Object(choices)[0].message)),
    stream: (events) =>
      chatHad(accumulated(events.flatMap(({ choices }) => objects([Object(Object(choices)[0]).delta])))),
  },
  messages: {
    path: '/v1/messages',
    first: MESSAGES_FIRST,
    next: (back) => ({ ...MESSAGES_FIRST, messages: [HI, ...back] }),
    plain: (body) => messagesHad(objects(arrayMember(body, 'content'))),
    stream: (events) => messagesHad(messagesContent(events)),
  },
  responses: {
    path: '/v1/responses',
    first: RESPONSES_FIRST,
    next: (back) => ({ ...RESPONSES_FIRST, input: [HI, ...back] }),
    plain: (body) => responsesHad(objects(arrayMember(body, 'output'))),
    stream: (events) => {
      const completed = events.find(({ type }) => type === 'response.completed');
      return responsesHad(objects(arrayMember(completed?.response, 'output')));
    },
  },
};

async function had(api: Api, teller: Teller, stream: boolean): Promise<Had> {
  const { status, text: answer } = await gatewayOf(teller, teller.pieces)(api.path, { ...api.first, stream });
  assert.equal(status, 200, answer);
  return stream ? api.stream(eventsIn(answer)) : api.plain(JSON.parse(answer));
}

function eventsIn(stream: string): readonly JsonObject[] {
  const parser = sseParser();
  const events = [...parser.push(new TextEncoder().encode(stream)), ...parser.end()];
  return objects(events.map(({ data }) => parseJson(data)));
}

for (const teller of TELLERS) {
  describe(`an answer in pieces from ${teller.name}`, () => {
    for (const [name, api] of Object.entries(APIS).filter(([one]) => one !== teller.notFor)) {
      for (const stream of [true, false]) {
        it(`is said once to who speaks ${name}, ${stream ? 'streamed' : 'plain'}`, async () => {
          const { words, thoughts, calls } = await had(api, teller, stream);
          assert.deepEqual([words, thoughts, calls], ['A1 B2', 'Hm. So.', [['f', { q: 'hi' }]]]);
        });

        it(`comes back with its thoughts whole from who speaks ${name}, ${stream ? 'streamed' : 'plain'}`, async () => {
          const { back } = await had(api, teller, stream);
          const asked: UpstreamRequest[] = [];
          await gatewayOf(teller, teller.pieces, asked)(api.path, api.next(back));
          const sent = JSON.stringify(asked[0]?.body);
          assert.equal(sent.split(teller.proof).length, 2, sent);
        });
      }

      it(`is never a whole one where it is cut before its ending, for who speaks ${name}`, async () => {
        for (const cut of [teller.body, teller.body - 1]) {
          const ask = gatewayOf(teller, teller.pieces.slice(0, cut));
          const plain = await ask(api.path, { ...api.first, stream: false });
          assert.ok(plain.status >= 500, plain.text);
          const streamed = await ask(api.path, { ...api.first, stream: true });
          assert.ok(streamed.status >= 500 || /error|failed/.test(streamed.text), streamed.text);
        }
      });
    }
  });
}
