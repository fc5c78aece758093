import assert from 'node:assert/strict';
import type { AnswerEvent, BegunPart, PartEnd } from '../../functions/gateway/core/model/answer-event.ts';
import { defined } from '../../functions/gateway/core/model/defined.ts';
import type { Native } from '../../functions/gateway/core/model/dialect.ts';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';

type WordKind = 'text' | 'reasoning' | 'refusal';

/** An answer's events without their borders: what a test wants to say of most answers. */
export type Step =
  | { readonly type: WordKind; readonly choice: number; readonly text: string }
  /** `call`: its place among the calls of the choice. */
  | {
      readonly type: 'call';
      readonly choice: number;
      readonly call: number;
      readonly id: string;
      readonly name: string;
      readonly isCustom?: true;
      readonly native?: Native;
    }
  | { readonly type: 'input'; readonly choice: number; readonly call: number; readonly text: string }
  /** A part that began whole: a picture, a server's own tool. */
  | { readonly type: 'begun'; readonly choice: number; readonly begins: BegunPart }
  /** What came with a part's end. */
  | ({ readonly type: 'proof'; readonly choice: number } & Pick<PartEnd, 'citations' | 'proof'>)
  | Exclude<AnswerEvent, { type: 'part-start' | 'part-delta' | 'part-end' }>;

/** Members that only OpenAI's dialect knows. */
export function openAiNative(value: JsonObject): Native {
  return { dialect: 'openai-chat', value, ifForeign: 'ignore' };
}

interface Open {
  readonly begins: BegunPart;
  readonly call: number;
  isOpen: boolean;
}

/** The steps of an answer. Fails where its parts are not well formed: begun once and in order, ended once, and before the choice ends. */
export function stepsOf(events: readonly AnswerEvent[]): Step[] {
  const choices = new Map<number, Open[]>();
  return events.flatMap((event): Step[] => {
    if (!('choice' in event)) {
      return [event];
    }
    const parts = choices.get(event.choice) ?? [];
    choices.set(event.choice, parts);
    return choiceSteps(parts, event);
  });
}

function choiceSteps(parts: Open[], event: Extract<AnswerEvent, { choice: number }>): Step[] {
  switch (event.type) {
    case 'part-start':
      return begun(parts, event);
    case 'part-delta': {
      const open = parts[event.part];
      assert.ok(open?.isOpen, `part ${event.part} grows and is not open`);
      assert.notEqual(event.text, '');
      const { choice, text } = event;
      const { kind } = open.begins;
      return kind === 'text' || kind === 'reasoning' || kind === 'refusal'
        ? [{ type: kind, choice, text }]
        : [{ type: 'input', choice, call: open.call, text }];
    }
    case 'part-end': {
      const open = parts[event.part];
      assert.ok(open?.isOpen, `part ${event.part} ends and is not open`);
      open.isOpen = false;
      const told = defined({ citations: event.citations, proof: event.proof });
      return Object.keys(told).length === 0 ? [] : [{ type: 'proof', choice: event.choice, ...told }];
    }
    case 'finish':
      assert.ok(
        parts.every(({ isOpen }) => !isOpen),
        'a choice ends with a part open',
      );
      return [event];
    default:
      return [event];
  }
}

function begun(parts: Open[], { choice, part, begins }: Extract<AnswerEvent, { type: 'part-start' }>): Step[] {
  assert.equal(part, parts.length, 'parts begin in the order of their numbers');
  const call = parts.filter((other) => other.begins.kind === begins.kind).length;
  parts.push({ begins, call, isOpen: true });
  if (begins.kind === 'tool-call') {
    const { id, name, isCustom, native } = begins;
    return [{ type: 'call', choice, call, id, name, ...defined({ isCustom, native }) }];
  }
  return begins.kind === 'media' || begins.kind === 'opaque' ? [{ type: 'begun', choice, begins }] : [];
}

/** Events that have these steps: words of one kind in a row are one part, and every part ends where the next words or the choice end. */
export function eventsOf(steps: readonly Step[]): AnswerEvent[] {
  const writers = new Map<number, Writer>();
  const events = steps.flatMap((step): AnswerEvent[] => {
    if (!('choice' in step)) {
      return [step];
    }
    const writer = writers.get(step.choice) ?? { count: 0, calls: new Map() };
    writers.set(step.choice, writer);
    return written(writer, step);
  });
  return events;
}

interface Writer {
  count: number;
  readonly calls: Map<number, number>;
  words?: { readonly kind: WordKind; readonly part: number } | undefined;
}

function written(writer: Writer, step: Extract<Step, { choice: number }>): AnswerEvent[] {
  const { choice } = step;
  switch (step.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return writtenWords(writer, step);
    case 'call': {
      const { type: _, choice: __, call, ...begins } = step;
      const ended = endWords(writer, choice);
      writer.calls.set(call, writer.count);
      return [...ended, begin(writer, choice, { kind: 'tool-call', ...begins })];
    }
    case 'input':
      return [{ type: 'part-delta', choice, part: writer.calls.get(step.call) ?? -1, text: step.text }];
    case 'begun': {
      const ended = endWords(writer, choice);
      const start = begin(writer, choice, step.begins);
      return [...ended, start, { type: 'part-end', choice, part: writer.count - 1 }];
    }
    case 'proof': {
      const part = writer.words?.part ?? writer.count - 1;
      writer.words = undefined;
      const { type: _, ...told } = step;
      return [{ type: 'part-end', part, ...told }];
    }
    case 'finish':
      return [...endAll(writer, choice), step];
    default:
      return [step];
  }
}

function writtenWords(writer: Writer, step: Extract<Step, { type: WordKind }>): AnswerEvent[] {
  const { type: kind, choice, text } = step;
  if (writer.words?.kind === kind) {
    return [{ type: 'part-delta', choice, part: writer.words.part, text }];
  }
  const ended = endWords(writer, choice);
  const start = begin(writer, choice, { kind });
  const part = writer.count - 1;
  writer.words = { kind, part };
  return [...ended, start, { type: 'part-delta', choice, part, text }];
}

function begin(writer: Writer, choice: number, begins: BegunPart): AnswerEvent {
  const part = writer.count;
  writer.count += 1;
  return { type: 'part-start', choice, part, begins };
}

function endWords(writer: Writer, choice: number): AnswerEvent[] {
  const { words } = writer;
  writer.words = undefined;
  return words === undefined ? [] : [{ type: 'part-end', choice, part: words.part }];
}

function endAll(writer: Writer, choice: number): AnswerEvent[] {
  const calls = [...writer.calls.values()].map((part): AnswerEvent => ({ type: 'part-end', choice, part }));
  writer.calls.clear();
  return [...endWords(writer, choice), ...calls];
}
