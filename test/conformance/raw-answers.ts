import { eventFrame } from '../support/amazon-event-stream-frames.ts';
import type { Step } from '../support/fake-provider-step.ts';

/** A stream of OpenAI's: `deltas` of one choice, then members of the last chunks. */
export function openAiStream(
  deltas: readonly object[],
  ending: { readonly finish?: string; readonly choice?: object; readonly top?: object } = {},
): Step {
  const chunk = (choice: object, top: object = {}): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', ...top, choices: [choice] })}\n\n`;
  return {
    kind: 'raw',
    pieces: [
      ...deltas.map((delta) => chunk({ index: 0, delta, finish_reason: null, ...ending.choice }, ending.top)),
      chunk({ index: 0, delta: {}, finish_reason: ending.finish ?? 'stop' }, ending.top),
      'data: [DONE]\n\n',
    ],
  };
}

/** A stream of Anthropic's: one text, with what the events may carry besides. */
export function anthropicStream(parts: {
  readonly usage?: object;
  readonly deltas?: readonly object[];
  readonly stop?: object;
}): Step {
  const events = [
    { type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 3, output_tokens: 1, ...parts.usage } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...(parts.deltas ?? [{ type: 'text_delta', text: 'Hi' }]).map((delta) => ({
      type: 'content_block_delta',
      index: 0,
      delta,
    })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', ...parts.stop }, usage: { output_tokens: 2 } },
    { type: 'message_stop' },
  ];
  return { kind: 'raw', pieces: events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`) };
}

/** A stream of Gemini's: one chunk with everything. */
export function geminiStream(candidate: object, usage: object = {}): Step {
  const chunk = {
    candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP', index: 0, ...candidate }],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5, ...usage },
    modelVersion: 'gemini-simulated',
  };
  return { kind: 'raw', pieces: [`data: ${JSON.stringify(chunk)}\r\n\r\n`] };
}

/** A stream of Bedrock's: one text, with what the events may carry besides. */
export function bedrockStream(parts: { readonly deltas?: readonly object[]; readonly metadata?: object }): Step {
  const deltas = parts.deltas ?? [{ text: 'Hi' }];
  return {
    kind: 'raw',
    pieces: [
      eventFrame('messageStart', { role: 'assistant' }),
      ...deltas.map((delta) => eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta })),
      eventFrame('contentBlockStop', { contentBlockIndex: 0 }),
      eventFrame('messageStop', { stopReason: 'end_turn' }),
      eventFrame('metadata', { usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 }, ...parts.metadata }),
    ],
  };
}
