import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnswerEvent } from '../../../../functions/gateway/core/model/answer-event.ts';
import { anthropicDecoder } from '../../../../functions/gateway/core/protocols/anthropic-messages/anthropic-decoder.ts';
import { openAiChatDecoder } from '../../../../functions/gateway/core/protocols/openai-chat/openai-chat-decoder.ts';
import type { AnswerDecoder } from '../../../../functions/gateway/core/protocols/protocol.ts';
import fc from '../../../support/property.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('', '"', '\\', '\n', '{"content":"a"}', '\u2028'),
);

/** A step of a stream, by far mostly words. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('words' as const), text }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('thought', 'call', 'other' as const), text }) },
);
type Step = { readonly kind: 'words' | 'thought' | 'call' | 'other'; readonly text: string };

const CITATION = { type: 'char_location', cited_text: 'x', document_index: 0, start_char_index: 0, end_char_index: 1 };

function chatChunk({ kind, text: said }: Step): object {
  const deltas = {
    words: { content: said },
    thought: { reasoning_content: said },
    call: { tool_calls: [{ index: 0, id: 'call_1', function: { name: 'f', arguments: said } }] },
    other: { content: said, annotations: [said] },
  };
  return { id: 'a', choices: [{ index: 0, delta: deltas[kind], finish_reason: null }], usage: null };
}

function messagesEvent({ kind, text: said }: Step): object {
  const deltas = {
    words: { type: 'text_delta', text: said },
    thought: { type: 'thinking_delta', thinking: said },
    call: { type: 'input_json_delta', partial_json: said },
    other: { type: 'citations_delta', citation: CITATION },
  };
  return { type: 'content_block_delta', index: 0, delta: deltas[kind] };
}

const CHAT = { decoder: () => openAiChatDecoder(), first: [], chunk: chatChunk, last: [{ id: 'a', choices: [] }] };
const MESSAGES = {
  decoder: anthropicDecoder,
  first: [
    { type: 'message_start', message: { id: 'a', usage: { input_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  ],
  chunk: messagesEvent,
  last: [
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
    { type: 'message_stop' },
  ],
};

function decoded(decoder: AnswerDecoder, texts: readonly string[]): readonly AnswerEvent[] {
  const events = texts.flatMap((data) => decoder.event({ kind: 'event', name: 'message', data }));
  return [...events, ...decoder.end()];
}

describe('a stream of chunks that repeat', () => {
  for (const [name, protocol] of Object.entries({ CHAT, MESSAGES })) {
    it(`is read as one whose chunks are all spelt differently, in ${name.toLowerCase()}`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
          const chunks = [...protocol.first, ...steps.map(protocol.chunk), ...protocol.last];
          const alike = chunks.map((chunk) => JSON.stringify(chunk));
          const different = chunks.map((chunk, index) => JSON.stringify(chunk, undefined, 1 + (index % 3)));
          assert.deepEqual(decoded(protocol.decoder(), alike), decoded(protocol.decoder(), different));
        }),
      );
    });
  }
});
