import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { responseDecoder } from '../../../../functions/gateway/core/attempt/response-body.ts';
import type { AnswerEvent } from '../../../../functions/gateway/core/model/answer-event.ts';
import { PROTOCOL_NAMES, PROTOCOLS } from '../../../../functions/gateway/core/protocols/protocols.ts';
import { chatBody } from '../../../../functions/gateway/core/surfaces/openai-chat/fold-chat.ts';
import type { JsonObject } from '../../../../functions/gateway/core/wire/json.ts';
import type { WireAnswer, WireChat, WirePart } from '../../../../infra/local/simulated/vendor-wire.ts';
import { promptOf } from '../../../support/prompt-of.ts';
import fc from '../../../support/property.ts';
import { stepsOf } from '../../../support/steps.ts';
import { wireOf } from '../../../support/wire-of.ts';

type Name = (typeof PROTOCOL_NAMES)[number];

const REQUEST: WireChat = {
  kind: 'chat',
  model: 'vendor-model',
  streaming: true,
  includeUsage: true,
  prompt: {
    lastUserText: '',
    toolResult: undefined,
    tools: [],
    toolChoice: 'auto',
    json: undefined,
    inputTokens: 1,
    maxTokens: undefined,
  },
};

const fragments = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 });

const call = fc
  .record({
    name: fc.constantFrom('weather', 'now'),
    input: fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.oneof(fc.string(), fc.integer(), fc.boolean()), {
      maxKeys: 3,
    }),
    size: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ name, input, size }) => {
    const text = Object.keys(input).length === 0 ? '' : JSON.stringify(input);
    return { kind: 'tool-call' as const, name, fragments: text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [] };
  });

/** Reasoning, then text, then calls, as models answer; at least one of them. */
const parts: fc.Arbitrary<readonly WirePart[]> = fc
  .tuple(
    fc.option(
      fragments.map((texts): WirePart => ({ kind: 'reasoning', fragments: texts })),
      { nil: undefined },
    ),
    fc.option(
      fragments.map((texts): WirePart => ({ kind: 'text', fragments: texts })),
      { nil: undefined },
    ),
    fc.array(call, { maxLength: 3 }),
  )
  .map(([reasoning, text, calls]) => [reasoning, text, ...calls].filter((part) => part !== undefined))
  .filter((some) => some.length > 0);

const answers: fc.Arbitrary<WireAnswer> = fc
  .record({
    parts,
    finish: fc.constantFrom('stop', 'length', 'content-filter'),
    input: fc.integer({ min: 10, max: 1000 }),
    cached: fc.integer({ min: 0, max: 9 }),
    output: fc.integer({ min: 5, max: 1000 }),
  })
  .map(({ parts: some, finish, input, cached, output }) => ({
    id: 'some-id',
    model: 'vendor-model',
    createdSeconds: 1_700_000_000,
    parts: some,
    finish: finish === 'stop' && some.at(-1)?.kind === 'tool-call' ? 'tool-calls' : finish,
    usage: { inputTokens: input, cachedInputTokens: cached, outputTokens: output },
  }));

function streamOf(name: Name, answer: WireAnswer): Uint8Array {
  const { prelude, content, ending } = wireOf(name).stream(answer, REQUEST);
  return Buffer.concat([...prelude, ...content, ...ending]);
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

function decoded(name: Name, pieces: readonly Uint8Array[]): readonly AnswerEvent[] {
  const { framing, decoder: newDecoder } = PROTOCOLS[name];
  const decoder = responseDecoder(framing, newDecoder({ model: 'vendor-model', streaming: true }));
  return [...pieces.filter(({ length }) => length > 0).flatMap((piece) => decoder.push(piece)), ...decoder.end()];
}

function folded(events: readonly AnswerEvent[]): Folded {
  for (const event of events) {
    assert.notEqual(event.type, 'failed', JSON.stringify(event));
  }
  // Fails where the parts are not well formed.
  stepsOf(events);
  const identity = { requestId: 'x', created: 1, model: 'm', prompt: promptOf({}) };
  return JSON.parse(JSON.stringify(chatBody(events, identity)));
}

interface Folded {
  readonly choices: readonly {
    readonly finish_reason: string;
    readonly message: {
      readonly content: string | null;
      readonly reasoning_content?: string;
      readonly tool_calls?: readonly { readonly id: string; readonly function: { name: string; arguments: string } }[];
    };
  }[];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

const FINISHES = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'content_filter',
  'tool-calls': 'tool_calls',
} as const;

function assertWhole({ choices, usage }: Folded, answer: WireAnswer): void {
  const [choice] = choices;
  assert.ok(choice !== undefined && choices.length === 1);
  const textOf = (kind: string): string =>
    answer.parts.flatMap((part) => (part.kind === kind ? part.fragments : [])).join('');
  assert.equal(choice.message.content ?? '', textOf('text'));
  assert.equal(choice.message.reasoning_content ?? '', textOf('reasoning'));
  assert.deepEqual(
    (choice.message.tool_calls ?? []).map((made) => [made.function.name, JSON.parse(made.function.arguments)]),
    answer.parts.flatMap((part) =>
      part.kind === 'tool-call' ? [[part.name, JSON.parse(part.fragments.join('') || '{}')]] : [],
    ),
  );
  assert.equal(choice.finish_reason, FINISHES[answer.finish]);
  assert.equal(usage.prompt_tokens, answer.usage.inputTokens);
  assert.equal(usage.completion_tokens, answer.usage.outputTokens);
}

const TOOLS = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }];

/** What is said in a conversation: each `calls` is an assistant's message with so many calls and a result for each. */
type Turn =
  | { readonly role: 'system' | 'developer' | 'user' | 'assistant'; readonly asParts: boolean }
  | { readonly calls: number; readonly says: boolean };

const SAYS: Turn = { role: 'user', asParts: false };

const turns: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.oneof(
    fc.record({
      role: fc.constantFrom('system', 'developer', 'user', 'assistant'),
      asParts: fc.boolean(),
    }),
    fc.record({ calls: fc.integer({ min: 1, max: 3 }), says: fc.boolean() }),
  ),
  { maxLength: 8 },
);

/** Messages in which every text is a mark of its own. The user has the first word (Bedrock refuses any other, by name) and the last. */
const conversations = turns.map((some) => {
  const marks: string[] = [];
  const mark = (): string => {
    const text = `mark${marks.length}x`;
    marks.push(text);
    return text;
  };
  const messages = [SAYS, ...some, SAYS].flatMap((turn) => messagesOf(turn, mark));
  return { messages, marks };
});

function messagesOf(turn: Turn, mark: () => string): readonly JsonObject[] {
  if ('role' in turn) {
    const text = (): JsonObject => ({ type: 'text', text: mark() });
    return [{ role: turn.role, content: turn.asParts ? [text(), text()] : mark() }];
  }
  const ids = Array.from({ length: turn.calls }, () => `call_${mark()}`);
  const calls = ids.map((id) => ({
    id,
    type: 'function',
    function: { name: 'weather', arguments: JSON.stringify({ city: mark() }) },
  }));
  return [
    { role: 'assistant', content: turn.says ? mark() : null, tool_calls: calls },
    ...ids.map((id) => ({ role: 'tool', tool_call_id: id, content: mark() })),
  ];
}

for (const name of PROTOCOL_NAMES) {
  describe(`any answer of ${name}'s`, () => {
    it('decodes to the same events wherever its bytes are cut', () => {
      fc.assert(
        fc.property(answers, fc.array(fc.nat(), { maxLength: 40 }), (answer, cuts) => {
          const bytes = streamOf(name, answer);
          assert.deepEqual(decoded(name, cutAt(bytes, cuts)), decoded(name, [bytes]));
        }),
        { numRuns: 150 },
      );
    });

    it('decodes to the same events when it comes byte by byte', () => {
      fc.assert(
        fc.property(answers, (answer) => {
          const bytes = streamOf(name, answer);
          const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
          assert.deepEqual(decoded(name, single), decoded(name, [bytes]));
        }),
        { numRuns: 25 },
      );
    });

    it('says the same streamed and whole', () => {
      fc.assert(
        fc.property(answers, (answer) => {
          const body = new TextEncoder().encode(JSON.stringify(wireOf(name).body(answer)));
          assert.deepEqual(folded(decoded(name, [streamOf(name, answer)])), folded(decoded(name, [body])));
        }),
        { numRuns: 150 },
      );
    });

    it('keeps every text, call and count', () => {
      fc.assert(
        fc.property(answers, (answer) => assertWhole(folded(decoded(name, [streamOf(name, answer)])), answer)),
        { numRuns: 150 },
      );
    });

    it('is no answer when it is cut off before its end', () => {
      fc.assert(
        fc.property(answers, fc.double({ min: 0, max: 1, noNaN: true }), (answer, share) => {
          const { prelude, content } = wireOf(name).stream(answer, REQUEST);
          const bytes = Buffer.concat([...prelude, ...content]);
          const events = decoded(name, [bytes.subarray(0, Math.floor(bytes.length * share))]);
          assert.equal(events.at(-1)?.type, 'failed');
          assert.ok(!events.some(({ type }) => type === 'finish'));
        }),
        { numRuns: 100 },
      );
    });
  });

  describe(`any conversation, for ${name}`, () => {
    for (const streaming of [true, false]) {
      it(`loses no message, ${streaming ? 'streamed' : 'whole'}`, () => {
        fc.assert(
          fc.property(conversations, ({ messages, marks }) => {
            const prompt = promptOf({ messages, tools: TOOLS });
            const encoding = PROTOCOLS[name].encode(prompt, { model: 'claude-sonnet-4-5', streaming });
            assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
            const sent = JSON.stringify(encoding.request.body);
            const missing = marks.filter((mark) => !sent.includes(mark));
            assert.deepEqual(missing, [], sent);
          }),
          { numRuns: 200 },
        );
      });
    }
  });
}
