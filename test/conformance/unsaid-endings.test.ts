import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnswerEvent } from '../../functions/gateway/core/model/answer-event.ts';
import { PROTOCOLS } from '../../functions/gateway/core/protocols/protocols.ts';
import type { WireEvent } from '../../functions/gateway/core/wire/wire-event.ts';

type ProtocolName = keyof typeof PROTOCOLS;

/** An answer that ends without a word for it, in one protocol. */
interface Unsaid {
  readonly events: readonly (readonly [name: string, data: object | string])[];
  readonly body: object;
}

const ARGUMENTS = '{"city":"Oslo"}';
const CUT = '{"city":"Os';

function openAi(said: object, word: unknown): Unsaid {
  const chunk = (delta: object) => ({ id: 'c', choices: [{ index: 0, delta, finish_reason: word }] });
  return {
    events: [['message', chunk(said)] as const, ['message', chunk({})] as const, ['message', '[DONE]'] as const],
    body: { id: 'c', choices: [{ index: 0, message: said, finish_reason: word }] },
  };
}

function openAiCall(text: string): object {
  return { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: text } }] };
}

function responses(item: object, status: string | undefined): Unsaid {
  const response = { id: 'r', status, output: [{ id: 'i', ...item }] };
  return {
    events: [['message', { type: 'response.done', response: { ...response, status: status ?? 'incomplete' } }]],
    body: response,
  };
}

function anthropic(block: object): Unsaid {
  const message = { id: 'm', type: 'message', content: [], stop_reason: null, usage: { input_tokens: 1 } };
  return {
    events: [
      ['message_start', { type: 'message_start', message }],
      ['content_block_start', { type: 'content_block_start', index: 0, content_block: block }],
      ['content_block_stop', { type: 'content_block_stop', index: 0 }],
      ['message_delta', { type: 'message_delta', delta: { stop_reason: null }, usage: { output_tokens: 1 } }],
      ['message_stop', { type: 'message_stop' }],
    ],
    body: { ...message, content: [block] },
  };
}

function bedrock(start: object | undefined, delta: object, block: object): Unsaid {
  const begin = start === undefined ? [] : [['contentBlockStart', { contentBlockIndex: 0, start }] as const];
  return {
    events: [
      ['messageStart', { role: 'assistant' }],
      ...begin,
      ['contentBlockDelta', { contentBlockIndex: 0, delta }],
      ['contentBlockStop', { contentBlockIndex: 0 }],
      ['messageStop', {}],
    ],
    body: { output: { message: { role: 'assistant', content: [block] } }, usage: { inputTokens: 1, outputTokens: 1 } },
  };
}

function gemini(part: object): Unsaid {
  const chunk = { candidates: [{ index: 0, content: { role: 'model', parts: [part] } }] };
  return { events: [['message', chunk]], body: chunk };
}

const TOOL_USE = { toolUseId: 'a', name: 'f' };

/** `truncated`: no answer at all, since a whole one always says its ending. */
const CASES: readonly (readonly [ProtocolName, string, Unsaid, string])[] = [
  ['openai', 'text and null', openAi({ content: 'So far' }, null), 'length'],
  ['openai', 'text and nothing', openAi({ content: 'So far' }, undefined), 'length'],
  ['openai', 'text and an empty word', openAi({ content: 'So far' }, ''), 'length'],
  ['openai', 'text and "null"', openAi({ content: 'So far' }, 'null'), 'length'],
  ['openai', 'reasoning and null', openAi({ reasoning_content: 'Hm' }, null), 'length'],
  ['openai', 'a whole call and null', openAi(openAiCall(ARGUMENTS), null), 'tool-calls'],
  ['openai', 'a call without arguments and null', openAi(openAiCall(''), null), 'tool-calls'],
  ['openai', 'half a call and null', openAi(openAiCall(CUT), null), 'length'],
  [
    'openai-responses',
    'a status without a word',
    responses({ type: 'message', content: [{ type: 'output_text', text: 'So far' }] }, undefined),
    'length',
  ],
  [
    'openai-responses',
    'a status that nobody knows',
    responses({ type: 'message', content: [{ type: 'output_text', text: 'So far' }] }, 'parked'),
    'length',
  ],
  ['anthropic', 'text and null', anthropic({ type: 'text', text: 'So far' }), 'length'],
  [
    'anthropic',
    'a whole call and null',
    anthropic({ type: 'tool_use', id: 'a', name: 'f', input: { city: 'Oslo' } }),
    'tool-calls',
  ],
  ['bedrock', 'text and nothing', bedrock(undefined, { text: 'So far' }, { text: 'So far' }), 'length'],
  [
    'bedrock',
    'a whole call and nothing',
    bedrock({ toolUse: TOOL_USE }, { toolUse: { input: ARGUMENTS } }, { toolUse: { ...TOOL_USE, input: {} } }),
    'tool-calls',
  ],
  ['gemini', 'text and nothing', gemini({ text: 'So far' }), 'truncated'],
  ['gemini', 'a call and nothing', gemini({ functionCall: { name: 'f', args: {} } }), 'truncated'],
];

function endingOf(events: readonly AnswerEvent[]): string | undefined {
  const last = events.findLast(({ type }) => type === 'finish' || type === 'failed');
  if (last?.type === 'finish') {
    return last.reason;
  }
  return last?.type === 'failed' ? last.failure.kind : undefined;
}

describe('an answer that does not say how it ended', () => {
  for (const [name, what, { events, body }, expected] of CASES) {
    const target = { model: 'm', streaming: true };
    it(`is never a clean one: ${what} at ${name} is ${expected}, streamed`, () => {
      const decoder = PROTOCOLS[name].decoder(target);
      const wire = events.map(
        ([event, data]): WireEvent => ({
          kind: 'event',
          name: event,
          data: typeof data === 'string' ? data : JSON.stringify(data),
        }),
      );
      assert.equal(endingOf([...wire.flatMap(decoder.event), ...decoder.end()]), expected);
    });
    it(`is never a clean one: ${what} at ${name} is ${expected}, plain`, () => {
      assert.equal(endingOf(PROTOCOLS[name].decoder(target).body(body)), expected);
    });
  }
});
