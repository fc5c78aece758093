import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatDelta } from '../../../../../functions/gateway/core/model/chat-delta.ts';
import { bedrock } from '../../../../../functions/gateway/core/protocols/bedrock-converse/bedrock.ts';
import { amazonEventStreamParser } from '../../../../../functions/gateway/core/wire/amazon-event-stream.ts';
import type { JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';
import type { WireEvent } from '../../../../../functions/gateway/core/wire/wire-event.ts';
import { errorFrame, eventFrame, exceptionFrame } from '../../../../support/amazon-event-stream-frames.ts';
import fc from '../../../../support/property.ts';

const TARGET = { model: 'anthropic.claude-sonnet-4-5', streaming: true };

type Frame = readonly [event: string, payload: JsonObject];

const START: Frame = ['messageStart', { role: 'assistant', p: 'abcdef' }];
const USAGE: Frame = [
  'metadata',
  { usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 }, metrics: {}, p: 'ab' },
];

function stop(stopReason: string): Frame {
  return ['messageStop', { stopReason, p: 'abc' }];
}

function delta(contentBlockIndex: number, content: JsonObject): Frame {
  return ['contentBlockDelta', { contentBlockIndex, delta: content, p: 'abc' }];
}

function blockStop(contentBlockIndex: number): Frame {
  return ['contentBlockStop', { contentBlockIndex, p: 'a' }];
}

function toolStart(contentBlockIndex: number, toolUse: JsonObject): Frame {
  return ['contentBlockStart', { contentBlockIndex, start: { toolUse }, p: 'a' }];
}

/** Reads a stream's events and its end. */
function read(events: readonly WireEvent[]): readonly ChatDelta[] {
  const decoder = bedrock.chatDecoder(TARGET);
  return [...events.flatMap((event) => decoder.event(event)), ...decoder.end()];
}

function readFrames(...frames: readonly Frame[]): readonly ChatDelta[] {
  return read(frames.map(eventOf));
}

function eventOf([name, payload]: Frame): WireEvent {
  return { kind: 'event', name, data: JSON.stringify(payload) };
}

function body(content: readonly unknown[], stopReason = 'end_turn', more: JsonObject = {}): readonly ChatDelta[] {
  return bedrock.chatDecoder(TARGET).body({ output: { message: { role: 'assistant', content } }, stopReason, ...more });
}

const USAGE_DELTA: ChatDelta = {
  type: 'usage-update',
  usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
};

function text(words: string): ChatDelta {
  return { type: 'text-delta', choice: 0, text: words };
}

function finish(reason: 'stop' | 'length' | 'tool_calls' | 'content_filter', native: string): ChatDelta {
  return { type: 'choice-finish', choice: 0, reason, native };
}

test('Text comes without a block start, and the usage after the ending', () => {
  assert.deepEqual(
    readFrames(
      START,
      delta(0, { text: 'Hel' }),
      delta(0, { text: '' }),
      delta(0, { text: 'lo' }),
      blockStop(0),
      stop('end_turn'),
      USAGE,
    ),
    [text('Hel'), text('lo'), finish('stop', 'end_turn'), USAGE_DELTA],
  );
});

test('The answer is complete once its ending and its usage were seen', () => {
  const decoder = bedrock.chatDecoder(TARGET);
  const seen = [START, delta(0, { text: 'Hi' }), stop('end_turn'), USAGE].map((frame) => {
    decoder.event(eventOf(frame));
    return decoder.isComplete();
  });
  assert.deepEqual(seen, [false, false, false, true]);
});

test('The usage is read also where it comes before the ending', () => {
  const deltas = readFrames(delta(0, { text: 'Hi' }), USAGE, stop('end_turn'));
  assert.deepEqual(deltas, [text('Hi'), USAGE_DELTA, finish('stop', 'end_turn')]);
});

test('An empty text block before the reasoning gives nothing (gpt-oss), and unsigned reasoning no thinking block', () => {
  const deltas = readFrames(
    START,
    delta(0, { text: '' }),
    blockStop(0),
    delta(1, { reasoningContent: { text: 'Hm.' } }),
    blockStop(1),
    delta(2, { text: 'Yes' }),
    blockStop(2),
    stop('end_turn'),
    USAGE,
  );
  assert.deepEqual(deltas.slice(0, 2), [{ type: 'reasoning-delta', choice: 0, text: 'Hm.' }, text('Yes')]);
});

const SIGNED = { type: 'thinking', thinking: 'Rain? Yes.', signature: 'c2lnbmVk' };

test('Signed and redacted reasoning become thinking blocks at the end of their blocks', () => {
  const [half, rest] = [btoa('EmwKAhgB'), btoa('and more')];
  const deltas = readFrames(
    delta(0, { reasoningContent: { text: 'Rain? ' } }),
    delta(0, { reasoningContent: { text: 'Yes.' } }),
    delta(0, { reasoningContent: { signature: 'c2ln' } }),
    delta(0, { reasoningContent: { signature: 'bmVk' } }),
    blockStop(0),
    delta(1, { reasoningContent: { redactedContent: half } }),
    delta(1, { reasoningContent: { redactedContent: rest } }),
    blockStop(1),
    stop('end_turn'),
  );
  assert.deepEqual(deltas, [
    { type: 'reasoning-delta', choice: 0, text: 'Rain? ' },
    { type: 'reasoning-delta', choice: 0, text: 'Yes.' },
    { type: 'extension-delta', choice: 0, fields: { thinking_blocks: [SIGNED] } },
    {
      type: 'extension-delta',
      choice: 0,
      fields: { thinking_blocks: [{ type: 'redacted_thinking', data: 'EmwKAhgBand more' }] },
    },
    finish('stop', 'end_turn'),
  ]);
});

test('What the decoder gives as thinking blocks, the encoder sends back as it was', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.base64String({ minLength: 4 }),
      fc.uint8Array({ minLength: 1 }),
      (words, signature, bytes) => {
        const content = [
          { reasoningContent: { reasoningText: { text: words, signature } } },
          { reasoningContent: { redactedContent: Buffer.from(bytes).toString('base64') } },
        ];
        const blocks = body([...content, { text: 'So.' }]).flatMap((one) =>
          one.type === 'extension-delta' ? (one.fields.thinking_blocks as JsonObject[]) : [],
        );
        const messages = [
          { role: 'user' as const, content: 'Hi' },
          { role: 'assistant' as const, content: 'So.', thinking_blocks: JSON.parse(JSON.stringify(blocks)) },
          { role: 'user' as const, content: 'Then?' },
        ];
        const encoding = bedrock.encodeChat({ model: 'm', messages }, TARGET);
        assert.equal(encoding.kind, 'encoded');
        const sent = encoding.kind === 'encoded' ? (encoding.request.body.messages as JsonObject[]) : [];
        assert.deepEqual(sent[1]?.content, [...content, { text: 'So.' }]);
      },
    ),
  );
});

test('Each tool call has its ordinal from 0 for its whole life, whatever the block’s index, and {} where it has no arguments', () => {
  const deltas = readFrames(
    delta(0, { text: 'Let me see.' }),
    blockStop(0),
    toolStart(1, { toolUseId: 'a', name: 'weather' }),
    delta(1, { toolUse: { input: '' } }),
    delta(1, { toolUse: { input: '{"city":' } }),
    toolStart(2, { toolUseId: 'b', name: 'time', type: 'tool_use' }),
    delta(1, { toolUse: { input: '"Bonn"}' } }),
    blockStop(1),
    blockStop(2),
    stop('tool_use'),
  );
  assert.deepEqual(deltas, [
    text('Let me see.'),
    { type: 'tool-call-start', choice: 0, call: 0, id: 'a', name: 'weather' },
    { type: 'tool-call-delta', choice: 0, call: 0, text: '{"city":' },
    { type: 'tool-call-start', choice: 0, call: 1, id: 'b', name: 'time' },
    { type: 'tool-call-delta', choice: 0, call: 0, text: '"Bonn"}' },
    { type: 'tool-call-delta', choice: 0, call: 1, text: '{}' },
    finish('tool_calls', 'tool_use'),
  ]);
});

test('A call whose block is never stopped still gets its {}', () => {
  const deltas = readFrames(toolStart(0, { toolUseId: 'a', name: 'time' }), stop('tool_use'));
  assert.deepEqual(deltas[1], { type: 'tool-call-delta', choice: 0, call: 0, text: '{}' });
});

test('The tool that stands for a JSON schema is unwrapped into text that ends with stop', () => {
  const deltas = readFrames(
    toolStart(0, { toolUseId: 'a', name: 'nemo_structured_answer' }),
    delta(0, { toolUse: { input: '{"city":' } }),
    delta(0, { toolUse: { input: '"Bonn"}' } }),
    blockStop(0),
    stop('tool_use'),
  );
  assert.deepEqual(deltas, [text('{"city":'), text('"Bonn"}'), finish('stop', 'tool_use')]);
});

test('Tools that Bedrock runs itself, and events, blocks and deltas that nobody knows, give nothing', () => {
  const deltas = readFrames(
    ['somethingNew', { a: 1 }],
    ['contentBlockStart', { contentBlockIndex: 0, start: { image: { format: 'png' } } }],
    delta(0, { image: { source: {} } }),
    toolStart(1, { toolUseId: 's', name: 'nova_grounding', type: 'server_tool_use' }),
    delta(1, { toolUse: { input: '{}' } }),
    blockStop(1),
    delta(2, { toolResult: [{ text: 'x' }] }),
    delta(3, { toolUse: { input: 'without a start' } }),
    delta(4, { text: 'Hi' }),
    stop('end_turn'),
  );
  assert.deepEqual(deltas, [text('Hi'), finish('stop', 'end_turn')]);
});

test('A citation of a page is an annotation of the words of its block, and that of a document passes as it came', () => {
  const page = { title: 'Rain', location: { web: { url: 'https://example.com/rain', domain: 'example.com' } } };
  const document = { title: 'policy', location: { documentChar: { documentIndex: 0, start: 0, end: 5 } } };
  const deltas = readFrames(
    delta(0, { text: 'It says: ' }),
    blockStop(0),
    delta(1, { citation: page }),
    delta(1, { citation: document }),
    delta(1, { text: 'rain.' }),
    blockStop(1),
    stop('end_turn'),
  );
  const about = { url: 'https://example.com/rain', title: 'Rain', start_index: 9, end_index: 14 };
  assert.deepEqual(deltas[2], {
    type: 'extension-delta',
    choice: 0,
    fields: { annotations: [{ type: 'url_citation', url_citation: about }], citations: [document] },
  });
});

test('Cached tokens count as prompt tokens, and the total is the vendor’s', () => {
  const usage = {
    inputTokens: 2,
    cacheReadInputTokens: 30,
    cacheWriteInputTokens: 4,
    outputTokens: 5,
    totalTokens: 41,
  };
  const deltas = readFrames(delta(0, { text: 'Hi' }), stop('end_turn'), [
    'metadata',
    { usage, serviceTier: { type: 'flex' } },
  ]);
  assert.deepEqual(deltas.slice(2), [
    {
      type: 'usage-update',
      usage: {
        prompt_tokens: 36,
        completion_tokens: 5,
        total_tokens: 41,
        prompt_tokens_details: { cached_tokens: 30, cache_write_tokens: 4 },
      },
    },
    { type: 'answer-info', fields: { service_tier: 'flex' } },
  ]);
});

const ENDINGS = [
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['guardrail_intervened', 'content_filter'],
  ['content_filtered', 'content_filter'],
  ['something_new', 'stop'],
] as const;

test('Each stop reason has its finish reason, an unknown one is an ordinary stop, and the native word stays', () => {
  for (const [native, reason] of ENDINGS) {
    assert.deepEqual(readFrames(delta(0, { text: 'Hi' }), stop(native)).at(-1), finish(reason, native));
  }
});

test('A length limit stays one also where a call was begun, and an ordinary end with a call is tool_calls', () => {
  const call = toolStart(0, { toolUseId: 'a', name: 'time' });
  assert.deepEqual(readFrames(call, stop('max_tokens')).at(-1), finish('length', 'max_tokens'));
  assert.deepEqual(readFrames(call, stop('end_turn')).at(-1), finish('tool_calls', 'end_turn'));
});

test('Output that Bedrock itself calls malformed is a failure, streamed or whole', () => {
  for (const reason of ['malformed_model_output', 'malformed_tool_use']) {
    assert.equal(failureKind(readFrames(delta(0, { text: 'Hi' }), stop(reason), USAGE)), 'malformed');
    assert.equal(failureKind(body([{ text: 'Hi' }], reason)), 'malformed');
  }
});

test('An end before messageStop is a cut, and one after it is an ending', () => {
  assert.equal(failureKind(readFrames()), 'truncated');
  assert.equal(failureKind(readFrames(START, delta(0, { text: 'Hi' }))), 'truncated');
  assert.deepEqual(readFrames(delta(0, { text: 'Hi' }), stop('end_turn')).at(-1), finish('stop', 'end_turn'));
});

test('An exception after messageStop costs the usage and nothing else', () => {
  const late: WireEvent = { kind: 'exception', name: 'internalServerException', data: '{"message":"late"}' };
  const events = [...[delta(0, { text: 'Hi' }), stop('end_turn')].map(eventOf), late];
  assert.deepEqual(read(events), [text('Hi'), finish('stop', 'end_turn')]);
});

test('An event that is no JSON is skipped, and a stream of nothing else is malformed', () => {
  const broken: WireEvent = { kind: 'event', name: 'contentBlockDelta', data: '{"delta":' };
  assert.deepEqual(read([broken, eventOf(delta(0, { text: 'Hi' })), broken, eventOf(stop('end_turn'))]), [
    text('Hi'),
    finish('stop', 'end_turn'),
  ]);
  assert.equal(failureKind(read([broken])), 'malformed');
});

const BREAKS = [
  [exceptionFrame('throttlingException', { message: 'slow down' }), 'rate-limited', 429],
  [exceptionFrame('modelStreamErrorException', { message: 'x', originalStatusCode: 500 }), 'overloaded', 502],
  [exceptionFrame('internalServerException', { message: 'x' }), 'overloaded', 500],
  [exceptionFrame('serviceUnavailableException', { message: 'x' }), 'overloaded', 503],
  [exceptionFrame('modelTimeoutException', { message: 'x' }), 'overloaded', 504],
  [exceptionFrame('validationException', { message: 'bad' }), 'rejected', 400],
  [
    exceptionFrame('validationException', { message: 'Input is too long for requested model.' }),
    'context-exceeded',
    400,
  ],
  [exceptionFrame('somethingNewException', {}), 'overloaded', 500],
  [errorFrame('InternalFailure', 'it broke'), 'overloaded', 500],
] as const;

test('Exception and error frames are failures by their names', () => {
  for (const [frame, kind, status] of BREAKS) {
    const parser = amazonEventStreamParser();
    const events = [...parser.push(eventFrame('contentBlockDelta', { delta: { text: 'Hi' } })), ...parser.push(frame)];
    const last = read(events).at(-1);
    assert.ok(last?.type === 'answer-failed');
    assert.equal(last.failure.kind, kind);
    assert.equal(last.failure.vendor?.status, status);
  }
});

test('Nothing follows a failure', () => {
  const failed: WireEvent = { kind: 'exception', name: 'throttlingException', data: '{}' };
  const deltas = read([failed, eventOf(delta(0, { text: 'Hi' })), eventOf(stop('end_turn')), eventOf(USAGE), failed]);
  assert.equal(deltas.length, 1);
});

test('A damaged frame makes the answer malformed, and a cut one truncated', () => {
  const bytes = eventFrame('contentBlockDelta', { delta: { text: 'Hi' } });
  const damaged = bytes.slice();
  damaged[20] = (damaged[20] ?? 0) ^ 1;
  assert.equal(failureKind(readBytes(damaged)), 'malformed');
  assert.equal(failureKind(readBytes(bytes.subarray(0, 30))), 'truncated');
});

test('A whole body gives what the stream of it gives', () => {
  const usage = { inputTokens: 7, outputTokens: 3, totalTokens: 10 };
  const content = [
    { reasoningContent: { reasoningText: { text: 'Rain? Yes.', signature: 'c2lnbmVk' } } },
    { text: 'Let me see.' },
    { toolUse: { toolUseId: 'a', name: 'weather', input: { city: 'Bonn' } } },
    { toolUse: { toolUseId: 'b', name: 'time', input: {} } },
    { video: {} },
  ];
  assert.deepEqual(body(content, 'tool_use', { usage, serviceTier: { type: 'default' } }), [
    { type: 'reasoning-delta', choice: 0, text: 'Rain? Yes.' },
    { type: 'extension-delta', choice: 0, fields: { thinking_blocks: [SIGNED] } },
    text('Let me see.'),
    { type: 'tool-call-start', choice: 0, call: 0, id: 'a', name: 'weather' },
    { type: 'tool-call-delta', choice: 0, call: 0, text: '{"city":"Bonn"}' },
    { type: 'tool-call-start', choice: 0, call: 1, id: 'b', name: 'time' },
    { type: 'tool-call-delta', choice: 0, call: 1, text: '{}' },
    finish('tool_calls', 'tool_use'),
    USAGE_DELTA,
    { type: 'answer-info', fields: { service_tier: 'default' } },
  ]);
});

test('The cited words of a whole body are its text', () => {
  const citation = { title: 'policy', location: { documentPage: { documentIndex: 0, start: 1, end: 2 } } };
  const cited = { citationsContent: { content: [{ text: '20 days.' }], citations: [citation] } };
  assert.deepEqual(body([cited]).slice(0, 2), [
    text('20 days.'),
    { type: 'extension-delta', choice: 0, fields: { citations: [citation] } },
  ]);
});

test('A 2xx body that names an unknown operation is malformed and says which exception it was', () => {
  const json = { Output: { __type: 'com.amazon.coral.service#UnknownOperationException' }, Version: '1.0' };
  const [only, ...more] = bedrock.chatDecoder(TARGET).body(json);
  assert.deepEqual(more, []);
  assert.ok(only?.type === 'answer-failed' && only.failure.kind === 'malformed');
  assert.equal(only.failure.vendor?.status, 502);
  assert.equal(only.failure.vendor?.code, 'UnknownOperationException');
});

test('No body, event or bytes make the decoder throw', () => {
  const payload = fc.oneof(
    fc.json(),
    fc.string(),
    fc.anything().map((value) => JSON.stringify(value) ?? ''),
  );
  const name = fc.oneof(
    fc.constantFrom(
      'messageStart',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
    ),
    fc.string(),
  );
  const event = fc.record({ kind: fc.constantFrom('event', 'exception', 'error'), name, data: payload });
  fc.assert(
    fc.property(fc.array(event), fc.anything(), (events, json) => {
      assert.ok(read(events as WireEvent[]).length > 0);
      assert.ok(bedrock.chatDecoder(TARGET).body(json).length > 0);
    }),
  );
});

function readBytes(bytes: Uint8Array): readonly ChatDelta[] {
  const parser = amazonEventStreamParser();
  return read([...parser.push(bytes), ...parser.end()]);
}

function failureKind(deltas: readonly ChatDelta[]): string | undefined {
  const last = deltas.at(-1);
  return last?.type === 'answer-failed' ? last.failure.kind : undefined;
}
