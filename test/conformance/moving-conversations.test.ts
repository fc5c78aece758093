import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dialect } from '../../functions/gateway/core/model/dialect.ts';
import { TOOL_RULES } from '../../functions/gateway/core/protocols/portable/tool-name.ts';
import {
  arrayMember,
  type JsonObject,
  member,
  objectMember,
  wellFormedJson,
} from '../../functions/gateway/core/wire/json.ts';
import { PLACES, type Place, PROMPTS, servedAt } from './places.ts';

const LONG = `mcp__${'n'.repeat(90)}`;
const DOTTED = 'files.read:all';
const HALF = 'cut \ud83d';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const SCHEMA = { type: 'object', properties: { q: { type: 'string', description: HALF } } };

type Api = keyof typeof PROMPTS;

/** The same conversation in each API: ids that come twice, names that vendors do not take, halves of pairs, a picture in a result. */
const CONVERSATIONS: Readonly<Record<Api, JsonObject>> = {
  chat: {
    tools: [LONG, DOTTED].map((name) => ({
      type: 'function',
      function: { name, description: HALF, parameters: SCHEMA },
    })),
    messages: [
      { role: 'user', content: HALF },
      ...[1, 2].flatMap((round) => [
        {
          role: 'assistant',
          content: null,
          tool_calls: [LONG, DOTTED].map((name) => ({
            id: 'call_0',
            type: 'function',
            function: { name, arguments: JSON.stringify({ q: HALF }) },
          })),
        },
        { role: 'tool', tool_call_id: 'call_0', content: `first of ${round}` },
        {
          role: 'tool',
          tool_call_id: 'call_0',
          content: [
            { type: 'text', text: `second of ${round}` },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
          ],
        },
      ]),
    ],
  },
  messages: {
    tools: [LONG, DOTTED].map((name) => ({ name, description: HALF, input_schema: SCHEMA })),
    messages: [
      { role: 'user', content: HALF },
      ...[1, 2].flatMap((round) => [
        {
          role: 'assistant',
          content: [LONG, DOTTED].map((name) => ({ type: 'tool_use', id: 'call_0', name, input: { q: HALF } })),
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_0', content: `first of ${round}` },
            {
              type: 'tool_result',
              tool_use_id: 'call_0',
              content: [
                { type: 'text', text: `second of ${round}` },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
              ],
            },
          ],
        },
      ]),
    ],
  },
  responses: {
    tools: [LONG, DOTTED].map((name) => ({
      type: 'function',
      name,
      description: HALF,
      parameters: SCHEMA,
      strict: false,
    })),
    input: [
      { role: 'user', content: HALF },
      ...[1, 2].flatMap((round) => [
        ...[LONG, DOTTED].map((name) => ({
          type: 'function_call',
          call_id: 'call_0',
          name,
          arguments: JSON.stringify({ q: HALF }),
        })),
        { type: 'function_call_output', call_id: 'call_0', output: `first of ${round}` },
        {
          type: 'function_call_output',
          call_id: 'call_0',
          output: [
            { type: 'input_text', text: `second of ${round}` },
            { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${PNG}` },
          ],
        },
      ]),
    ],
  },
};

/** A call or a result as it goes out. */
interface Said {
  readonly kind: 'call' | 'result';
  readonly id: unknown;
  readonly name?: unknown;
  readonly text: string;
}

/** The calls and results in a body, in order. */
function saidIn(dialect: Dialect, body: JsonObject): readonly Said[] {
  switch (dialect) {
    case 'openai-chat':
      return arrayMember(body, 'messages').flatMap(chatSaid);
    case 'openai-responses':
      return arrayMember(body, 'input').flatMap(responsesSaid);
    case 'anthropic-messages':
      return blocksOf(body, 'messages', 'content').flatMap(messagesSaid);
    case 'gemini':
      return blocksOf(body, 'contents', 'parts').flatMap(geminiSaid);
    case 'bedrock-converse':
      return blocksOf(body, 'messages', 'content').flatMap(converseSaid);
  }
}

function blocksOf(body: JsonObject, messages: string, blocks: string): readonly unknown[] {
  return arrayMember(body, messages).flatMap((message) => arrayMember(message, blocks));
}

function chatSaid(message: unknown): readonly Said[] {
  if (member(message, 'role') === 'tool') {
    return [result(member(message, 'tool_call_id'), message)];
  }
  return arrayMember(message, 'tool_calls').map((call) => ({
    ...called(member(call, 'id'), objectMember(call, 'function')),
  }));
}

function responsesSaid(item: unknown): readonly Said[] {
  const id = member(item, 'call_id');
  switch (member(item, 'type')) {
    case 'function_call':
      return [called(id, item)];
    case 'function_call_output':
      return [result(id, item)];
    default:
      return [];
  }
}

function messagesSaid(block: unknown): readonly Said[] {
  switch (member(block, 'type')) {
    case 'tool_use':
      return [called(member(block, 'id'), block)];
    case 'tool_result':
      return [result(member(block, 'tool_use_id'), block)];
    default:
      return [];
  }
}

/** Calls of models before 3 have no ids: the names and the order say which is which. */
function geminiSaid(part: unknown): readonly Said[] {
  const call = objectMember(part, 'functionCall');
  const answer = objectMember(part, 'functionResponse');
  return [
    ...(call === undefined ? [] : [called(call.id ?? call.name, call)]),
    ...(answer === undefined ? [] : [result(answer.id ?? answer.name, answer)]),
  ];
}

function converseSaid(block: unknown): readonly Said[] {
  const call = objectMember(block, 'toolUse');
  const answer = objectMember(block, 'toolResult');
  return [
    ...(call === undefined ? [] : [called(call.toolUseId, call)]),
    ...(answer === undefined ? [] : [result(answer.toolUseId, answer)]),
  ];
}

function called(id: unknown, holder: unknown): Said {
  return { kind: 'call', id, name: member(holder, 'name'), text: JSON.stringify(holder) };
}

function result(id: unknown, holder: unknown): Said {
  return { kind: 'result', id, text: JSON.stringify(holder) };
}

function sentTo(
  place: Place,
  api: Api,
): { readonly dialect: Dialect; readonly body: JsonObject; readonly json: string } {
  const { dialect, body } = servedAt(place, PROMPTS[api](CONVERSATIONS[api]));
  return { dialect, body, json: wellFormedJson(body) };
}

/** Perplexity has no tools. Calls of Gemini 2 carry no ids. */
const MOVED = PLACES.filter(({ name }) => name !== 'perplexity');

for (const place of MOVED) {
  for (const api of Object.keys(CONVERSATIONS) as readonly Api[]) {
    describe(`a conversation in the words of ${api} that moves to ${place.name}`, () => {
      it('has one id for each call, the same in its result', () => {
        const { dialect, body } = sentTo(place, api);
        const said = saidIn(dialect, body);
        const calls = said.filter(({ kind }) => kind === 'call').map(({ id }) => id);
        const results = said.filter(({ kind }) => kind === 'result');
        assert.deepEqual(
          results.map(({ id }) => id),
          calls,
        );
        assert.deepEqual(
          results.map(({ text }) => /(?:first|second) of \d/.exec(text)?.[0]),
          ['first of 1', 'second of 1', 'first of 2', 'second of 2'],
        );
        assert.ok(dialect === 'gemini' || new Set(calls).size === 4, String(calls));
      });

      it('has names of tools that the vendor takes, the same in tools and calls', () => {
        const { dialect, body, json } = sentTo(place, api);
        const names = saidIn(dialect, body).flatMap(({ kind, name }) => (kind === 'call' ? [String(name)] : []));
        const { pattern, maxChars } = nameRule(dialect);
        assert.ok(
          names.every((name) => pattern.test(name) && name.length <= maxChars),
          String(names),
        );
        assert.ok(names.every((name) => json.split(JSON.stringify(name)).length >= 4));
      });

      it('has no half of a pair', () => {
        const { json } = sentTo(place, api);
        assert.doesNotMatch(json, /\\ud[89a-f]/i);
        assert.ok(json.isWellFormed() && /cut (?:\ufffd|\\ufffd)/.test(json));
      });

      it('has the pictures of results, where the vendor takes them', () => {
        const { dialect, body, json } = sentTo(place, api);
        assert.equal(json.split(PNG).length, 3);
        const inResults = saidIn(dialect, body).some(({ kind, text }) => kind === 'result' && text.includes(PNG));
        assert.ok(!inResults || dialect !== 'openai-chat', 'a tool’s message has text alone');
      });
    });
  }
}

/** Written out: what the vendors' references say of a tool's name. */
function nameRule(dialect: Dialect): { readonly pattern: RegExp; readonly maxChars: number } {
  switch (dialect) {
    case 'openai-chat':
    case 'openai-responses':
    case 'bedrock-converse':
      return { pattern: /^[a-zA-Z0-9_-]+$/, maxChars: 64 };
    case 'anthropic-messages':
      return { pattern: /^[a-zA-Z0-9_-]+$/, maxChars: 128 };
    case 'gemini':
      return { pattern: /^[a-zA-Z_][a-zA-Z0-9_.:-]*$/, maxChars: 128 };
  }
}

describe('the rules of tools’ names', () => {
  it('are there for each dialect', () => assert.equal(Object.keys(TOOL_RULES).length, 5));
});
