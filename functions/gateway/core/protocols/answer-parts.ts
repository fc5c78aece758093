import type { AnswerEvent, BegunPart } from '../model/answer-event.ts';
import type { Native } from '../model/dialect.ts';

/** Numbers the parts of one choice, and ends each where the next begins or the choice ends. */
export interface AnswerParts {
  /** A piece of words. The part that is open goes on where it is of the same kind. Nothing for an empty piece. */
  readonly words: (kind: 'text' | 'reasoning' | 'refusal', text: string) => readonly AnswerEvent[];
  /** A tool call begins. It stays open to the end: calls may be written side by side. */
  readonly call: (begins: Extract<BegunPart, { kind: 'tool-call' }>) => {
    readonly part: number;
    readonly events: readonly AnswerEvent[];
  };
  /** A part that is whole at once. */
  readonly whole: (begins: BegunPart) => readonly AnswerEvent[];
  /** The proof of the words that are open, which end with it. Without such it is that of an empty text. */
  readonly prove: (proof: Native) => readonly AnswerEvent[];
  /** The proof of the thoughts that are open, which end with it. Without such it is that of thoughts that are not shown. */
  readonly proveThoughts: (proof: Native) => readonly AnswerEvent[];
  /** Ends every part that is open. */
  readonly close: () => readonly AnswerEvent[];
}

/** The parts of the choice `choice`, none so far. */
export function answerParts(choice: number): AnswerParts {
  const openCalls: number[] = [];
  let count = 0;
  let open: { readonly kind: BegunPart['kind']; readonly part: number } | undefined;

  function begin(begins: BegunPart): AnswerEvent {
    const part = count;
    count += 1;
    return { type: 'part-start', choice, part, begins };
  }

  function endWords(): readonly AnswerEvent[] {
    const ended = open;
    open = undefined;
    return ended === undefined ? [] : [{ type: 'part-end', choice, part: ended.part }];
  }

  function proved(kind: BegunPart['kind'], proof: Native): readonly AnswerEvent[] {
    const started = open?.kind === kind ? [] : [...endWords(), begin({ kind: kind === 'reasoning' ? kind : 'text' })];
    const part = open?.part ?? count - 1;
    open = undefined;
    return [...started, { type: 'part-end', choice, part, proof }];
  }

  return {
    words: (kind, text) => {
      if (text === '') {
        return [];
      }
      if (open?.kind === kind) {
        return [{ type: 'part-delta', choice, part: open.part, text }];
      }
      const ended = endWords();
      const part = count;
      open = { kind, part };
      return [...ended, begin({ kind }), { type: 'part-delta', choice, part, text }];
    },
    call: (begins) => {
      const ended = endWords();
      const part = count;
      openCalls.push(part);
      return { part, events: [...ended, begin(begins)] };
    },
    whole: (begins) => {
      const ended = endWords();
      const part = count;
      return [...ended, begin(begins), { type: 'part-end', choice, part }];
    },
    prove: (proof) => proved(open?.kind ?? 'text', proof),
    proveThoughts: (proof) => proved('reasoning', proof),
    close: () => [...endWords(), ...openCalls.splice(0).map((part) => ({ type: 'part-end', choice, part }) as const)],
  };
}
