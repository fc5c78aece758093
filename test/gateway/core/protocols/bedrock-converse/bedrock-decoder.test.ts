import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  AnswerEvent,
  BegunPart,
  FinishReason,
  PartEnd,
} from '../../../../../functions/gateway/core/model/answer-event.ts';
import type { Part } from '../../../../../functions/gateway/core/model/part.ts';
import { bedrock } from '../../../../../functions/gateway/core/protocols/bedrock-converse/bedrock.ts';
import { amazonEventStreamParser } from '../../../../../functions/gateway/core/wire/amazon-event-stream.ts';
import type { JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';
import type { WireEvent } from '../../../../../functions/gateway/core/wire/wire-event.ts';
import { errorFrame, eventFrame, exceptionFrame } from '../../../../support/amazon-event-stream-frames.ts';
import { promptOf } from '../../../../support/prompt-of.ts';
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
function read(events: readonly WireEvent[]): readonly AnswerEvent[] {
  const decoder = bedrock.decoder(TARGET);
  return [...events.flatMap((event) => decoder.event(event)), ...decoder.end()];
}

function readFrames(...frames: readonly Frame[]): readonly AnswerEvent[] {
  return read(frames.map(eventOf));
}

function eventOf([name, payload]: Frame): WireEvent {
  return { kind: 'event', name, data: JSON.stringify(payload) };
}

function body(content: readonly unknown[], stopReason = 'end_turn', more: JsonObject = {}): readonly AnswerEvent[] {
  return bedrock.decoder(TARGET).body({ output: { message: { role: 'assistant', content } }, stopReason, ...more });
}

const USAGE_EVENT: AnswerEvent = {
  type: 'usage',
  usage: {
    input: 7,
    output: 3,
    raw: { dialect: 'bedrock-converse', value: { inputTokens: 7, outputTokens: 3, totalTokens: 10 } },
  },
};

function start(part: number, begins: BegunPart): AnswerEvent {
  return { type: 'part-start', choice: 0, part, begins };
}

function grow(part: number, text: string): AnswerEvent {
  return { type: 'part-delta', choice: 0, part, text };
}

function end(part: number, more: Pick<PartEnd, 'citations' | 'proof'> = {}): AnswerEvent {
  return { type: 'part-end', choice: 0, part, ...more };
}

/** A whole part of words. */
function words(part: number, kind: 'text' | 'reasoning', ...pieces: readonly string[]): readonly AnswerEvent[] {
  return [start(part, { kind }), ...pieces.map((text) => grow(part, text)), end(part)];
}

function finish(reason: FinishReason, raw: string): AnswerEvent {
  return { type: 'finish', choice: 0, reason, raw };
}

const HI = words(0, 'text', 'Hi');

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
    [...words(0, 'text', 'Hel', 'lo'), finish('end', 'end_turn'), USAGE_EVENT],
  );
});

test('The answer is complete once its ending and its usage were seen', () => {
  const decoder = bedrock.decoder(TARGET);
  const seen = [START, delta(0, { text: 'Hi' }), stop('end_turn'), USAGE].map((frame) => {
    decoder.event(eventOf(frame));
    return decoder.isComplete();
  });
  assert.deepEqual(seen, [false, false, false, true]);
});

test('The usage is read also where it comes before the ending', () => {
  const events = readFrames(delta(0, { text: 'Hi' }), USAGE, stop('end_turn'));
  const [begun, grown, ended] = HI;
  assert.deepEqual(events, [begun, grown, USAGE_EVENT, ended, finish('end', 'end_turn')]);
});

test('An empty text block before the reasoning gives nothing (gpt-oss), and unsigned reasoning has no proof', () => {
  const events = readFrames(
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
  assert.deepEqual(events.slice(0, 6), [...words(0, 'reasoning', 'Hm.'), ...words(1, 'text', 'Yes')]);
});

function proof(value: JsonObject): Pick<PartEnd, 'proof'> {
  return { proof: { dialect: 'anthropic-messages', value, ifForeign: 'ignore' } };
}

const SIGNED = proof({ type: 'thinking', thinking: 'Rain? Yes.', signature: 'c2lnbmVk' });

test('Signed and redacted reasoning end with Claude’s blocks as their proof', () => {
  const [half, rest] = [btoa('EmwKAhgB'), btoa('and more')];
  const events = readFrames(
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
  assert.deepEqual(events, [
    start(0, { kind: 'reasoning' }),
    grow(0, 'Rain? '),
    grow(0, 'Yes.'),
    end(0, SIGNED),
    start(1, { kind: 'reasoning' }),
    end(1, proof({ type: 'redacted_thinking', data: 'EmwKAhgBand more' })),
    finish('end', 'end_turn'),
  ]);
});

test('Reasoning of which only the signature is shown is a part without deltas', () => {
  const events = readFrames(delta(0, { reasoningContent: { signature: 'c2ln' } }), blockStop(0), stop('end_turn'));
  assert.deepEqual(events.slice(0, 2), [
    start(0, { kind: 'reasoning' }),
    end(0, proof({ type: 'thinking', thinking: '', signature: 'c2ln' })),
  ]);
});

test('What the decoder gives as proofs, the encoder sends back as it was', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.base64String({ minLength: 4 }),
      fc.uint8Array({ minLength: 1 }),
      (thought, signature, bytes) => {
        const content = [
          { reasoningContent: { reasoningText: { text: thought, signature } } },
          { reasoningContent: { redactedContent: Buffer.from(bytes).toString('base64') } },
          { text: 'So.' },
        ];
        const prompt = promptOf({ messages: [{ role: 'user', content: 'Hi' }] });
        const said: readonly Part[] = [...provenParts(body(content)), { kind: 'text', text: 'So.', path: 'p' }];
        const turns = [...prompt.turns, { role: 'assistant' as const, parts: said, path: 'p' }, ...prompt.turns];
        const encoding = bedrock.encode({ ...prompt, turns }, TARGET);
        assert.equal(encoding.kind, 'encoded');
        const sent = encoding.kind === 'encoded' ? (encoding.request.body.messages as JsonObject[]) : [];
        assert.deepEqual(sent[1]?.content, content);
      },
    ),
  );
});

function provenParts(events: readonly AnswerEvent[]): readonly Part[] {
  return events.flatMap((event): readonly Part[] =>
    event.type === 'part-end' && event.proof !== undefined
      ? [{ kind: 'reasoning', text: '', path: 'p', proof: event.proof }]
      : [],
  );
}

test('Parts are numbered in the order in which they begin, whatever the blocks’ indexes, and calls grow side by side', () => {
  const events = readFrames(
    delta(3, { text: 'Let me see.' }),
    blockStop(3),
    toolStart(5, { toolUseId: 'a', name: 'weather' }),
    delta(5, { toolUse: { input: '' } }),
    delta(5, { toolUse: { input: '{"city":' } }),
    toolStart(2, { toolUseId: 'b', name: 'time', type: 'tool_use' }),
    delta(5, { toolUse: { input: '"Bonn"}' } }),
    blockStop(5),
    blockStop(2),
    stop('tool_use'),
  );
  assert.deepEqual(events, [
    ...words(0, 'text', 'Let me see.'),
    start(1, { kind: 'tool-call', id: 'a', name: 'weather' }),
    grow(1, '{"city":'),
    start(2, { kind: 'tool-call', id: 'b', name: 'time' }),
    grow(1, '"Bonn"}'),
    end(1),
    grow(2, '{}'),
    end(2),
    finish('tool-calls', 'tool_use'),
  ]);
});

test('Texts of two blocks stay two parts, also where their blocks are never stopped', () => {
  const stopped = [delta(0, { text: 'One.' }), blockStop(0), delta(1, { text: 'Two.' }), blockStop(1)];
  const unstopped = [delta(0, { text: 'One.' }), delta(1, { text: 'Two.' })];
  for (const frames of [stopped, unstopped]) {
    assert.deepEqual(readFrames(...frames, stop('end_turn')), [
      ...words(0, 'text', 'One.'),
      ...words(1, 'text', 'Two.'),
      finish('end', 'end_turn'),
    ]);
  }
});

test('A call without an id gets one, and two of the same index are two', () => {
  const events = readFrames(toolStart(0, { name: 'time' }), toolStart(0, { toolUseId: '', name: 'time' }), stop('x'));
  const ids = events.map(
    (event) => event.type === 'part-start' && event.begins.kind === 'tool-call' && event.begins.id,
  );
  assert.deepEqual(ids.filter(Boolean), ['tooluse_0', 'tooluse_1']);
});

test('A call whose block is never stopped still gets its {}, and one that the token limit cut off does not', () => {
  const call = toolStart(0, { toolUseId: 'a', name: 'time' });
  const begun = start(0, { kind: 'tool-call', id: 'a', name: 'time' });
  assert.deepEqual(readFrames(call, stop('tool_use')).slice(0, 3), [begun, grow(0, '{}'), end(0)]);
  assert.deepEqual(readFrames(call, stop('max_tokens')).slice(0, 2), [begun, end(0)]);
});

test('The tool that stands for a JSON schema is unwrapped into text that ends as such', () => {
  const events = readFrames(
    toolStart(0, { toolUseId: 'a', name: 'nemo_structured_answer' }),
    delta(0, { toolUse: { input: '{"city":' } }),
    delta(0, { toolUse: { input: '"Bonn"}' } }),
    blockStop(0),
    stop('tool_use'),
  );
  assert.deepEqual(events, [...words(0, 'text', '{"city":', '"Bonn"}'), finish('end', 'tool_use')]);
});

test('Tools that Bedrock runs itself, and events, blocks and deltas that nobody knows, give nothing', () => {
  const events = readFrames(
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
  assert.deepEqual(events, [...HI, finish('end', 'end_turn')]);
});

test('A text ends with its citations: those of pages have an address, and each is there as it came', () => {
  const page = { title: 'Rain', location: { web: { url: 'https://example.com/rain', domain: 'example.com' } } };
  const untitled = { location: { web: { url: 'https://example.com/' } }, sourceContent: [{ text: 'It rains.' }] };
  const document = { title: 'policy', location: { documentChar: { documentIndex: 0, start: 0, end: 5 } } };
  const events = readFrames(
    delta(0, { text: 'It says: ' }),
    blockStop(0),
    delta(1, { citation: page }),
    delta(1, { citation: untitled }),
    delta(1, { citation: document }),
    delta(1, { text: 'rain.' }),
    blockStop(1),
    stop('end_turn'),
  );
  const native = (value: JsonObject) => ({ dialect: 'bedrock-converse', value, ifForeign: 'drop' }) as const;
  const span = { begin: 9, end: 14 };
  assert.deepEqual(events.slice(3, 6), [
    start(1, { kind: 'text' }),
    grow(1, 'rain.'),
    end(1, {
      citations: [
        { ...span, url: 'https://example.com/rain', title: 'Rain', native: native(page) },
        { ...span, url: 'https://example.com/', title: 'It rains.', quoted: 'It rains.', native: native(untitled) },
        { ...span, title: 'policy', native: native(document) },
      ],
    }),
  ]);
});

const CACHE_WRITES: readonly (readonly [told: JsonObject, counts: JsonObject])[] = [
  [{ cacheWriteInputTokens: 4 }, { cacheWrite5m: 4 }],
  [{ cacheWriteInputTokens: 4, cacheDetails: [] }, { cacheWrite5m: 4 }],
  [{ cacheWriteInputTokens: 4, cacheDetails: [{ ttl: '5m', inputTokens: 4 }] }, { cacheWrite5m: 4 }],
  [
    {
      cacheWriteInputTokens: 4,
      cacheDetails: [
        { ttl: '1h', inputTokens: 3 },
        { ttl: '5m', inputTokens: 1 },
      ],
    },
    { cacheWrite5m: 1, cacheWrite1h: 3 },
  ],
  [{ cacheDetails: [{ ttl: '1h', inputTokens: 4 }] }, { cacheWrite5m: 0, cacheWrite1h: 4 }],
  [
    { cacheWriteInputTokens: 4, cacheDetails: [{ ttl: '1h', inputTokens: 9 }, 'x'] },
    { cacheWrite5m: 0, cacheWrite1h: 4 },
  ],
];

test('Cached tokens count as those of the prompt, writes by their lifetime, and the vendor’s own counts are kept', () => {
  for (const [told, counts] of CACHE_WRITES) {
    const usage = { inputTokens: 2, cacheReadInputTokens: 30, outputTokens: 5, totalTokens: 41, ...told };
    const events = readFrames(stop('end_turn'), ['metadata', { usage, serviceTier: { type: 'flex' } }]);
    const raw = { dialect: 'bedrock-converse', value: usage };
    assert.deepEqual(events.slice(1), [
      { type: 'usage', usage: { input: 36, output: 5, cacheRead: 30, ...counts, raw } },
      { type: 'about', serviceTier: 'flex' },
    ]);
  }
});

const ENDINGS = [
  ['end_turn', 'end'],
  ['stop_sequence', 'stop-sequence'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['guardrail_intervened', 'filtered'],
  ['content_filtered', 'filtered'],
  ['refusal', 'filtered'],
  ['something_new', 'length'],
] as const;

test('Each stop reason has its finish reason, an unknown one is no ordinary end, and the vendor’s word stays', () => {
  for (const [raw, reason] of ENDINGS) {
    assert.deepEqual(readFrames(delta(0, { text: 'Hi' }), stop(raw)).at(-1), finish(reason, raw));
  }
});

test('Which stop sequence ended the answer is told where Bedrock tells it, streamed or whole', () => {
  const told = { stopReason: 'stop_sequence', additionalModelResponseFields: { stop_sequence: 'END' } };
  const expected = { ...finish('stop-sequence', 'stop_sequence'), stopSequence: 'END' };
  assert.deepEqual(readFrames(['messageStop', told]).at(-1), expected);
  assert.deepEqual(body([], 'stop_sequence', told).at(-1), expected);
});

test('A length limit stays one also where a call was begun, and an ordinary end with a call is a call', () => {
  const call = toolStart(0, { toolUseId: 'a', name: 'time' });
  assert.deepEqual(readFrames(call, stop('max_tokens')).at(-1), finish('length', 'max_tokens'));
  assert.deepEqual(readFrames(call, stop('end_turn')).at(-1), finish('tool-calls', 'end_turn'));
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
  assert.deepEqual(readFrames(delta(0, { text: 'Hi' }), stop('end_turn')).at(-1), finish('end', 'end_turn'));
});

test('An exception after messageStop costs the usage and nothing else', () => {
  const late: WireEvent = { kind: 'exception', name: 'internalServerException', data: '{"message":"late"}' };
  const events = [...[delta(0, { text: 'Hi' }), stop('end_turn')].map(eventOf), late];
  assert.deepEqual(read(events), [...HI, finish('end', 'end_turn')]);
});

test('An event that is no JSON is skipped, and a stream of nothing else is malformed', () => {
  const broken: WireEvent = { kind: 'event', name: 'contentBlockDelta', data: '{"delta":' };
  assert.deepEqual(read([broken, eventOf(delta(0, { text: 'Hi' })), broken, eventOf(stop('end_turn'))]), [
    ...HI,
    finish('end', 'end_turn'),
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
    assert.ok(last?.type === 'failed');
    assert.equal(last.failure.kind, kind);
    assert.equal(last.failure.vendor?.status, status);
  }
});

test('Nothing follows a failure', () => {
  const failed: WireEvent = { kind: 'exception', name: 'throttlingException', data: '{}' };
  const events = read([failed, eventOf(delta(0, { text: 'Hi' })), eventOf(stop('end_turn')), eventOf(USAGE), failed]);
  assert.equal(events.length, 1);
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
    start(0, { kind: 'reasoning' }),
    grow(0, 'Rain? Yes.'),
    end(0, SIGNED),
    ...words(1, 'text', 'Let me see.'),
    start(2, { kind: 'tool-call', id: 'a', name: 'weather' }),
    grow(2, '{"city":"Bonn"}'),
    end(2),
    start(3, { kind: 'tool-call', id: 'b', name: 'time' }),
    grow(3, '{}'),
    end(3),
    finish('tool-calls', 'tool_use'),
    USAGE_EVENT,
    { type: 'about', serviceTier: 'default' },
  ]);
});

test('The cited words of a whole body are its text', () => {
  const citation = { title: 'policy', location: { documentPage: { documentIndex: 0, start: 1, end: 2 } } };
  const cited = { citationsContent: { content: [{ text: '20 days.' }], citations: [citation] } };
  const native = { dialect: 'bedrock-converse', value: citation, ifForeign: 'drop' } as const;
  assert.deepEqual(body([cited]).slice(0, 3), [
    start(0, { kind: 'text' }),
    grow(0, '20 days.'),
    end(0, { citations: [{ begin: 0, end: 8, title: 'policy', native }] }),
  ]);
});

test('A 2xx body that names an unknown operation is malformed and says which exception it was', () => {
  const json = { Output: { __type: 'com.amazon.coral.service#UnknownOperationException' }, Version: '1.0' };
  const [only, ...more] = bedrock.decoder(TARGET).body(json);
  assert.deepEqual(more, []);
  assert.ok(only?.type === 'failed' && only.failure.kind === 'malformed');
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
      assert.ok(bedrock.decoder(TARGET).body(json).length > 0);
    }),
  );
});

const frame: fc.Arbitrary<Frame> = fc
  .tuple(fc.nat({ max: 3 }), fc.string({ maxLength: 3 }), fc.nat({ max: 7 }))
  .map(([index, words, kind]): Frame => {
    const frames: readonly Frame[] = [
      delta(index, { text: words }),
      delta(index, { reasoningContent: { text: words } }),
      delta(index, { reasoningContent: { signature: words } }),
      delta(index, { reasoningContent: { redactedContent: btoa('x') } }),
      delta(index, { toolUse: { input: words } }),
      delta(index, { citation: { title: words } }),
      toolStart(index, { toolUseId: words, name: index === 0 ? 'nemo_structured_answer' : 'time' }),
      blockStop(index),
    ];
    return frames[kind] ?? USAGE;
  });

test('In whatever order blocks come, each part begins once, grows while it is open and ends before the finish', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 30 }), (frames) => {
      const open = new Map<number, string>();
      let begun = 0;
      for (const event of readFrames(...frames, stop('end_turn'))) {
        switch (event.type) {
          case 'part-start':
            assert.equal(event.part, begun);
            begun += 1;
            assert.ok([...open.values()].every((kind) => kind === 'tool-call'));
            open.set(event.part, event.begins.kind);
            break;
          case 'part-delta':
            assert.ok(open.has(event.part) && event.text !== '');
            break;
          case 'part-end':
            assert.ok(open.delete(event.part));
            break;
          default:
            assert.equal(open.size, 0);
        }
      }
    }),
  );
});

function readBytes(bytes: Uint8Array): readonly AnswerEvent[] {
  const parser = amazonEventStreamParser();
  return read([...parser.push(bytes), ...parser.end()]);
}

function failureKind(events: readonly AnswerEvent[]): string | undefined {
  const last = events.at(-1);
  return last?.type === 'failed' ? last.failure.kind : undefined;
}
