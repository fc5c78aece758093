import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnswerEvent } from '../../../../functions/gateway/core/model/answer-event.ts';
import type { ProtocolName } from '../../../../functions/gateway/core/model/gateway-config.ts';
import { PROTOCOLS } from '../../../../functions/gateway/core/protocols/protocols.ts';
import {
  type TextTemplate,
  textIn,
  textTemplate,
} from '../../../../functions/gateway/core/protocols/repeated-chunks.ts';
import type { WireEvent } from '../../../../functions/gateway/core/wire/wire-event.ts';
import fc from '../../../support/property.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('', '"', '\\', '\n', '{"content":"a"}', '\u2028', '{', '}', '"p":"a"', 'Hi'),
);

/** A step of a stream, mostly of the same kind as the one before. `noise`: what a vendor adds that says nothing. */
const step = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constant('words' as const) },
    { weight: 3, arbitrary: fc.constantFrom('thought' as const, 'call' as const) },
    { weight: 1, arbitrary: fc.constantFrom('other' as const, 'whole' as const) },
  ),
  text,
  noise: fc.constantFrom('', 'a', 'aB3'),
});
interface Step {
  readonly kind: 'words' | 'thought' | 'call' | 'other' | 'whole';
  readonly text: string;
  readonly noise: string;
}
const steps = fc
  .array(fc.tuple(step, fc.array(fc.tuple(text, fc.constantFrom('', 'a', 'b7')), { maxLength: 6 })), { maxLength: 8 })
  .map((runs): readonly Step[] =>
    runs.flatMap(([first, more]) => [first, ...more.map(([said, noise]) => ({ ...first, text: said, noise }))]),
  );

type Made = (step: Step, index: number, before: readonly Step[]) => readonly [name: string, payload: object];

/** A last chunk says the whole text once more, as some servers do. */
const chatChunk: Made = ({ kind, text: said, noise }, _, before) => {
  const texts = before.flatMap((step) => (step.kind === 'words' || step.kind === 'other' ? step.text : []));
  const deltas = {
    words: { content: said },
    thought: { reasoning_content: said },
    call: { tool_calls: [{ index: 0, id: 'call_1', function: { name: 'f', arguments: said } }] },
    other: { content: said, ...(noise === '' && { annotations: [said] }) },
    whole: { content: texts.join('') },
  };
  const beside = kind === 'other' && { content_filter_results: { hate: { filtered: false } } };
  const finish = kind === 'whole' ? 'stop' : null;
  return [
    'message',
    {
      id: 'a',
      choices: [{ index: 0, delta: deltas[kind], finish_reason: finish, ...beside }],
      usage: null,
      obfuscation: noise,
    },
  ];
};

/** Later pieces of a call have neither id nor name. */
const chatPiece: Made = (step, index, before) => {
  if (step.kind !== 'call' || !before.some(({ kind }) => kind === 'call')) {
    return chatChunk(step, index, before);
  }
  const delta = { tool_calls: [{ index: 0, function: { arguments: step.text } }] };
  return ['message', { id: 'a', choices: [{ index: 0, delta, finish_reason: null }], p: step.noise }];
};

const CITATION = { type: 'char_location', cited_text: 'x', document_index: 0, start_char_index: 0, end_char_index: 1 };
const BLOCKS = { words: 0, other: 0, whole: 0, thought: 1, call: 2 };

const messagesEvent: Made = ({ kind, text: said }) => {
  const deltas = {
    words: { type: 'text_delta', text: said },
    thought: { type: 'thinking_delta', thinking: said },
    call: { type: 'input_json_delta', partial_json: said },
    other: { type: 'citations_delta', citation: CITATION },
    whole: { type: 'new_delta', text: said },
  };
  return ['content_block_delta', { type: 'content_block_delta', index: BLOCKS[kind], delta: deltas[kind] }];
};

const converseEvent: Made = ({ kind, text: said, noise }) => {
  const deltas = {
    words: { text: said },
    thought: { reasoningContent: { text: said } },
    call: { toolUse: { input: said } },
    other: { citation: { title: said } },
    whole: { reasoningContent: { signature: said } },
  };
  return ['contentBlockDelta', { contentBlockIndex: BLOCKS[kind], delta: deltas[kind], p: noise }];
};

const responsesEvent: Made = ({ kind, text: said, noise }, index) => {
  const types = {
    words: 'output_text.delta',
    thought: 'reasoning_summary_text.delta',
    call: 'function_call_arguments.delta',
    other: 'refusal.delta',
    whole: 'reasoning_summary_part.added',
  };
  const type = `response.${types[kind]}`;
  const place = { output_index: BLOCKS[kind], content_index: kind === 'other' ? 1 : 0 };
  return [type, { type, sequence_number: index, ...place, delta: said, logprobs: [], obfuscation: noise }];
};

const item = (place: number, type: string): [string, object] => [
  'response.output_item.added',
  {
    type: 'response.output_item.added',
    output_index: place,
    item: { type, id: `i${place}`, call_id: 'c', name: 'f' },
  },
];
const block = (index: number, content_block: object): [string, object] => [
  'content_block_start',
  { type: 'content_block_start', index, content_block },
];
const CALL = { start: { toolUse: { name: 'f', toolUseId: 'c' } } };

const DIALECTS: readonly [claim: string, ProtocolName, first: readonly [string, object][], Made][] = [
  ['chat', 'openai', [], chatChunk],
  ['chat with pieces of calls', 'openai', [], chatPiece],
  [
    'messages',
    'anthropic',
    [
      ['message_start', { type: 'message_start', message: { id: 'a', usage: { input_tokens: 1 } } }],
      block(2, { type: 'tool_use', id: 'c', name: 'f', input: {} }),
      block(1, { type: 'thinking', thinking: '' }),
      block(0, { type: 'text', text: '' }),
    ],
    messagesEvent,
  ],
  ['converse', 'bedrock', [['contentBlockStart', { contentBlockIndex: 2, ...CALL }]], converseEvent],
  [
    'responses',
    'openai-responses',
    [item(0, 'message'), item(1, 'reasoning'), item(2, 'function_call')],
    responsesEvent,
  ],
];

function decoded(protocol: ProtocolName, events: readonly WireEvent[]): readonly AnswerEvent[] {
  const decoder = PROTOCOLS[protocol].decoder({ model: 'm', streaming: true });
  return [...events.flatMap((event) => decoder.event(event)), ...decoder.end()];
}

function said(content: string, finish_reason: string | null): WireEvent {
  const data = JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason }] });
  return { kind: 'event', name: 'message', data };
}

function textOf(events: readonly AnswerEvent[]): string {
  return events.map((event) => (event.type === 'part-delta' ? event.text : '')).join('');
}

/** As Anthropic pads its events. */
function padded(json: string, spaces: number): string {
  return `${json.slice(0, -1)}${' '.repeat(spaces)}}`;
}

describe('a stream of chunks that repeat', () => {
  for (const [claim, protocol, first, made] of DIALECTS) {
    it(`is read as one whose chunks are all spelt differently, in ${claim}`, () => {
      fc.assert(
        fc.property(steps, fc.boolean(), (said, isPadded) => {
          const payloads = [...first, ...said.map((one, index) => made(one, index, said.slice(0, index)))];
          const events = (spell: (payload: object, index: number) => string): readonly WireEvent[] =>
            payloads.map(([name, payload], index) => ({ kind: 'event', name, data: spell(payload, index) }));
          const alike = events((payload, index) => padded(JSON.stringify(payload), isPadded ? index % 4 : 0));
          const different = events((payload, index) => JSON.stringify(payload, undefined, 1 + (index % 3)));
          assert.deepEqual(decoded(protocol, alike), decoded(protocol, different));
        }),
        { numRuns: 300 },
      );
    });
  }

  it('says no text twice where the last chunk says all of it again', () => {
    const events = decoded('openai', [
      said('a', null),
      said('b', null),
      said('c', null),
      said('d', null),
      said('abcd', 'stop'),
    ]);
    assert.equal(textOf(events), 'abcd');
  });

  it('does not take an empty chunk for a piece of what a last chunk says', () => {
    const events = decoded('openai', [said('ha', null), said('', null), said('ha', 'stop')]);
    assert.equal(textOf(events), 'haha');
  });
});

/** Texts with all that JSON escapes, and with what looks like members. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\u0001', '\u2028', 'a', '{', '"content":"', '\ud800'),
    maxLength: 6,
  }),
);
const members = fc.record(
  {
    id: anyText,
    obfuscation: anyText,
    p: anyText,
    sequence_number: fc.nat(20),
    note: fc.oneof(anyText, fc.record({ content: anyText }), fc.integer()),
  },
  { requiredKeys: [] },
);
const chunk = fc.record({ before: members, content: anyText, after: members });

function jsonOf(
  { before, content, after }: { before: object; content: string; after: object },
  indent: number,
): string {
  return JSON.stringify({ ...before, choices: [{ delta: { content } }], ...after }, undefined, indent);
}

function withContent(json: string, content: string): unknown {
  const value = JSON.parse(json);
  value.choices[0].delta.content = content;
  return value;
}

const NO_NOISE = { obfuscation: '', p: '', sequence_number: 0 };

function stringIn(template: TextTemplate | undefined, json: string): string | undefined {
  return template === undefined ? undefined : textIn(template, json);
}

describe('a template of a JSON text', () => {
  it('finds any other string in its place', () => {
    const plain = fc.record({ before: fc.record({ id: anyText }), content: anyText, after: fc.record({ n: anyText }) });
    fc.assert(
      fc.property(plain, anyText, (one, other) => {
        const template = textTemplate(jsonOf(one, 0), 'content', one.content);
        assert.equal(stringIn(template, jsonOf({ ...one, content: other }, 0)), other);
      }),
    );
  });

  it('fits nothing but what has the same value with another string in its place, and other padding', () => {
    fc.assert(
      fc.property(chunk, chunk, fc.boolean(), fc.constantFrom(0, 1), (one, other, isAlike, indent) => {
        const json = jsonOf(isAlike ? { ...one, content: other.content } : other, indent);
        const found = stringIn(textTemplate(jsonOf(one, indent), 'content', one.content), json);
        if (found !== undefined) {
          const unpadded = (value: unknown): unknown => ({ ...(value as object), ...NO_NOISE });
          assert.deepEqual(unpadded(JSON.parse(json)), unpadded(withContent(jsonOf(one, indent), found)));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('looks past the random padding of each chunk', () => {
    const padded = (content: string, obfuscation: string): string =>
      JSON.stringify({ choices: [{ delta: { content }, finish_reason: null }], obfuscation });
    const template = textTemplate(padded('Hel', 'a8Kq'), 'content', 'Hel');
    assert.equal(stringIn(template, padded('lo "you"\n', 'Z')), 'lo "you"\n');
    assert.equal(stringIn(template, padded('', '')), '');
    assert.equal(stringIn(template, padded('x', 'y').replace('null', '"stop"')), undefined);
  });

  it('looks past the numbers of events, and the spaces before the last brace', () => {
    const numbered = (delta: string, n: number, spaces: string): string =>
      `{"type":"t","sequence_number":${n},"delta":${JSON.stringify(delta)},"logprobs":[],"obfuscation":"x${n}"${spaces}}`;
    const template = textTemplate(numbered('Hel', 9, ''), 'delta', 'Hel');
    assert.equal(stringIn(template, numbered('lo', 10, '   ')), 'lo');
    assert.equal(stringIn(template, numbered('lo', 1234, ' ')), 'lo');
    assert.equal(stringIn(template, numbered('lo', 10, '').replace('10', '-1')), undefined);
  });

  it('is none where there are two such members, or the text is another’s', () => {
    const twice = '{"choices":[{"delta":{"content":"a"}},{"delta":{"content":"a"}}]}';
    assert.equal(textTemplate(twice, 'content', 'a'), undefined);
    assert.equal(textTemplate('{"delta":{"content":"a"}}', 'content', 'b'), undefined);
    assert.equal(textTemplate('{"delta":{"content":null,"x":"a"}}', 'content', 'a'), undefined);
  });

  it('does not fit a text that is cut off or goes on', () => {
    const template = textTemplate('{"content":"abc"}', 'content', 'abc');
    for (const json of [
      '{"content":"ab',
      '{"content":"a"',
      '{"content":"a","b":"c"}',
      '{"content":"a\\"}',
      '{"content":"}',
    ]) {
      assert.equal(stringIn(template, json), undefined, json);
    }
  });
});
