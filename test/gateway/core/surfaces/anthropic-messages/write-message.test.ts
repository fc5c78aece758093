import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnswerEvent } from '../../../../../functions/gateway/core/model/answer-event.ts';
import type { GatewayError } from '../../../../../functions/gateway/core/model/gateway-error.ts';
import { anthropicMessages } from '../../../../../functions/gateway/core/surfaces/anthropic-messages/anthropic-messages.ts';
import { isJsonObject, type JsonObject, objectMember } from '../../../../../functions/gateway/core/wire/json.ts';
import { messagesPrompt } from '../../../../support/messages-prompt.ts';
import fc from '../../../../support/property.ts';
import { eventsOf, type Step } from '../../../../support/steps.ts';

const ABOUT = { requestId: '1', created: 0, model: 'openai/gpt', prompt: messagesPrompt({}) };
const END: Step = { type: 'finish', choice: 0, reason: 'end' };

function streamed(events: readonly AnswerEvent[]): JsonObject[] {
  const { write, end } = anthropicMessages.stream(ABOUT);
  return told(events.map((event) => write([event])).join('') + end('{}'));
}

function told(text: string): JsonObject[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('event: '))
    .map((event) => {
      const [name, data] = event.split('\n');
      const json = JSON.parse(data?.slice('data: '.length) ?? '');
      assert.equal(name, `event: ${json.type}`);
      return json;
    });
}

function body(steps: readonly Step[]): JsonObject {
  return anthropicMessages.body(eventsOf(steps), ABOUT);
}

/** What the blocks of a stream say, as the API's own clients fold them. Fails where blocks overlap or indices have gaps. */
function folded(events: readonly JsonObject[]): JsonObject[] {
  const blocks: Record<string, unknown>[] = [];
  let isOpen = false;
  for (const event of events) {
    if (event.type === 'content_block_start') {
      assert.equal(isOpen, false, 'a block begins in another');
      assert.equal(event.index, blocks.length);
      blocks.push({ ...objectMember(event, 'content_block') });
      isOpen = true;
    } else if (event.type === 'content_block_delta') {
      assert.equal(event.index, blocks.length - 1);
      assert.ok(isOpen);
      addDelta(blocks.at(-1) ?? {}, objectMember(event, 'delta') ?? {});
    } else if (event.type === 'content_block_stop') {
      assert.equal(event.index, blocks.length - 1);
      isOpen = false;
    }
  }
  assert.equal(isOpen, false, 'a block is never ended');
  return blocks.map(({ json, ...block }) => (typeof json === 'string' ? { ...block, input: JSON.parse(json) } : block));
}

function addDelta(block: Record<string, unknown>, { type, ...delta }: JsonObject): void {
  if (type === 'citations_delta') {
    block.citations = [...(Array.isArray(block.citations) ? block.citations : []), delta.citation];
    return;
  }
  for (const [name, value] of Object.entries(delta)) {
    const into = name === 'partial_json' ? 'json' : name;
    block[into] = `${block[into] ?? ''}${value}`;
  }
}

describe('the answer of a Messages call', () => {
  it('is told from message_start to message_stop, with its usage', () => {
    const events = streamed(
      eventsOf([
        { type: 'usage', usage: { input: 10, output: 0, cacheRead: 3, cacheWrite5m: 1, cacheWrite1h: 2 } },
        { type: 'text', choice: 0, text: 'Hello' },
        { type: 'finish', choice: 0, reason: 'stop-sequence', stopSequence: 'END' },
        { type: 'usage', usage: { input: 10, output: 5, cacheRead: 3, cacheWrite5m: 1, cacheWrite1h: 2 } },
      ]),
    );
    const usage = {
      input_tokens: 4,
      cache_creation_input_tokens: 3,
      cache_read_input_tokens: 3,
      cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 2 },
      output_tokens: 0,
    };
    assert.deepEqual(events, [
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'openai/gpt',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage,
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
        usage: { ...usage, output_tokens: 5 },
      },
      { type: 'message_stop' },
    ]);
  });

  it('counts zeros where the vendor counts nothing, since clients read the counts', () => {
    const { usage } = body([{ type: 'text', choice: 0, text: 'a' }, END]);
    assert.ok(isJsonObject(usage));
    assert.deepEqual([usage.input_tokens, usage.output_tokens], [0, 0]);
  });

  it('ends a stream with the trail as a comment after message_stop', () => {
    const { write, end } = anthropicMessages.stream(ABOUT);
    write(eventsOf([{ type: 'text', choice: 0, text: 'a' }, END]));
    assert.match(end('{"a":1}'), /event: message_stop\ndata: \{"type":"message_stop"\}\n\n: nemo \{"a":1\}\n\n$/);
  });

  const words: readonly (readonly [string, Step, string])[] = [
    ['the end', END, 'end_turn'],
    ['the limit', { type: 'finish', choice: 0, reason: 'length', raw: 'length' }, 'max_tokens'],
    [
      'a full window',
      { type: 'finish', choice: 0, reason: 'length', raw: 'model_context_window_exceeded' },
      'model_context_window_exceeded',
    ],
    ['a filter', { type: 'finish', choice: 0, reason: 'filtered' }, 'refusal'],
    ['a pause', { type: 'finish', choice: 0, reason: 'paused' }, 'pause_turn'],
  ];
  for (const [name, finish, reason] of words) {
    it(`stops at ${name} with the reason ${reason}`, () => {
      assert.equal(body([{ type: 'text', choice: 0, text: 'a' }, finish]).stop_reason, reason);
    });
  }

  it('stops for tools where a server says that it has just ended', () => {
    const call: Step = { type: 'call', choice: 0, call: 0, id: 'c', name: 'read' };
    const { stop_reason, content } = body([call, { type: 'input', choice: 0, call: 0, text: '{"a":1}' }, END]);
    assert.equal(stop_reason, 'tool_use');
    assert.deepEqual(content, [{ type: 'tool_use', id: 'c', name: 'read', input: { a: 1 } }]);
  });

  it('gives a thought its signature, whoever proved it', () => {
    const anthropic = { dialect: 'anthropic-messages', ifForeign: 'ignore' } as const;
    const block = { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' };
    const own = body([
      { type: 'reasoning', choice: 0, text: 'Hm.' },
      { type: 'proof', choice: 0, proof: { ...anthropic, value: block } },
      END,
    ]);
    assert.deepEqual(own.content, [block]);
    const foreign = body([
      { type: 'reasoning', choice: 0, text: 'Hm.' },
      { type: 'proof', choice: 0, proof: { dialect: 'openai-responses', value: { id: 'r' }, ifForeign: 'ignore' } },
      END,
    ]);
    assert.deepEqual(foreign.content, [{ ...block, signature: 'nemo:openai-responses:{"id":"r"}' }]);
  });

  it('gives a redacted thought back as its whole block', () => {
    const value = { type: 'redacted_thinking', data: 'ZA==' };
    const events: AnswerEvent[] = [
      { type: 'part-start', choice: 0, part: 0, begins: { kind: 'reasoning' } },
      { type: 'part-end', choice: 0, part: 0, proof: { dialect: 'anthropic-messages', value, ifForeign: 'ignore' } },
      { type: 'finish', choice: 0, reason: 'end' },
    ];
    assert.deepEqual(folded(streamed(events)), [value]);
  });

  it('passes a sign of life on as a ping, once the message has begun', () => {
    const events = streamed(
      eventsOf([{ type: 'keep-alive' }, { type: 'text', choice: 0, text: 'a' }, { type: 'keep-alive' }, END]),
    );
    const types = events.map(({ type }) => type);
    assert.deepEqual(types.slice(0, 4), ['message_start', 'content_block_start', 'content_block_delta', 'ping']);
    assert.equal(types.filter((type) => type === 'ping').length, 1);
  });

  it('has no block for words that never came, nor for what another vendor does by itself', () => {
    const native = { dialect: 'openai-responses', value: { type: 'web_search_call' }, ifForeign: 'drop' } as const;
    const events: AnswerEvent[] = [
      { type: 'part-start', choice: 0, part: 0, begins: { kind: 'text' } },
      { type: 'part-end', choice: 0, part: 0 },
      { type: 'part-start', choice: 0, part: 1, begins: { kind: 'opaque', what: 'web_search_call', native } },
      { type: 'part-delta', choice: 0, part: 1, text: 'x' },
      { type: 'part-end', choice: 0, part: 1 },
      { type: 'finish', choice: 0, reason: 'end' },
    ];
    assert.deepEqual(folded(streamed(events)), []);
  });

  it('lists the sources that a vendor tells after the text', () => {
    const native = { dialect: 'gemini', value: {}, ifForeign: 'drop' } as const;
    const events = streamed(
      eventsOf([
        { type: 'text', choice: 0, text: 'So.' },
        { type: 'citations', choice: 0, citations: [{ url: 'https://a.example', title: 'A', native }] },
        END,
      ]),
    );
    assert.deepEqual(folded(events), [
      {
        type: 'text',
        text: 'So.',
        citations: [
          {
            type: 'web_search_result_location',
            url: 'https://a.example',
            title: 'A',
            cited_text: '',
            encrypted_index: '',
          },
        ],
      },
    ]);
  });

  it('tells calls that grow side by side one after another, and loses nothing', () => {
    const pieces = fc.array(fc.record({ call: fc.nat(2), text: fc.string({ minLength: 1 }) }), { maxLength: 30 });
    const property = fc.property(pieces, fc.array(fc.nat(2)), (grown, endings) => {
      const texts = [0, 1, 2].map((call) =>
        grown
          .filter((piece) => piece.call === call)
          .map(({ text }) => text)
          .join(''),
      );
      const order = [...new Set([...endings, 0, 1, 2])];
      const events: AnswerEvent[] = [
        ...[0, 1, 2].map((part) => ({
          type: 'part-start' as const,
          choice: 0,
          part,
          begins: { kind: 'tool-call' as const, id: `c${part}`, name: 'n' },
        })),
        ...grown.map(({ call, text }) => ({ type: 'part-delta' as const, choice: 0, part: call, text })),
        ...order.map((part) => ({ type: 'part-end' as const, choice: 0, part })),
        { type: 'finish', choice: 0, reason: 'tool-calls' },
      ];
      const written = streamed(events);
      const seen = [0, 1, 2].map((index) =>
        written
          .filter((event) => event.type === 'content_block_delta' && event.index === index)
          .map((event) => objectMember(event, 'delta')?.partial_json)
          .join(''),
      );
      assert.deepEqual(seen, texts);
      const borders = written.filter(({ type }) => String(type).startsWith('content_block_s'));
      assert.deepEqual(
        borders.map(({ type, index }) => [type, index]),
        [0, 1, 2].flatMap((index) => [
          ['content_block_start', index],
          ['content_block_stop', index],
        ]),
      );
    });
    fc.assert(property, { seed: 14 });
  });

  const errors: readonly (readonly [Partial<GatewayError>, number, string])[] = [
    [{ status: 400 }, 400, 'invalid_request_error'],
    [{ status: 401 }, 401, 'authentication_error'],
    [{ status: 403 }, 403, 'permission_error'],
    [{ status: 404 }, 404, 'not_found_error'],
    [{ status: 413 }, 413, 'request_too_large'],
    [{ status: 429, code: 'insufficient_quota' }, 429, 'rate_limit_error'],
    [{ status: 500 }, 500, 'api_error'],
    [{ status: 502, code: 'upstream_failed' }, 502, 'api_error'],
    [{ status: 502, code: 'overloaded' }, 529, 'overloaded_error'],
    [{ status: 504, code: 'deadline_exceeded' }, 504, 'timeout_error'],
  ];
  for (const [error, status, type] of errors) {
    it(`fails with ${type} for ${JSON.stringify(error)}`, () => {
      const whole = { message: 'No.', type: 'server_error', code: null, param: 'a', status: 400, ...error } as const;
      assert.equal(anthropicMessages.errorStatus?.(whole), status);
      const expected = { type: 'error', error: { type, message: 'No.' }, request_id: '1' };
      assert.deepEqual(JSON.parse(anthropicMessages.error(whole, '1')), expected);
      const broken = anthropicMessages.stream(ABOUT).broken(whole, '{}');
      assert.equal(broken, `: nemo {}\n\nevent: error\ndata: ${JSON.stringify(expected)}\n\n`);
    });
  }

  it('says that a prompt is too long in the words that make Claude Code shorten it', () => {
    const error = { status: 400, message: 'Too many.', type: 'invalid_request_error', param: null } as const;
    const text = anthropicMessages.error({ ...error, code: 'context_length_exceeded' }, '1');
    assert.match(text, /prompt is too long: Too many\./);
  });
});
