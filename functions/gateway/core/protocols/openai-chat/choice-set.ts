import type { AnswerEvent } from '../../model/answer-event.ts';
import { arrayMember, isJsonObject, type JsonObject } from '../../wire/json.ts';
import { type ChoiceDecoder, choiceDecoder } from './choice-decoder.ts';

/** The choices of one answer, each with its decoder. */
export interface ChoiceSet {
  /** What the choices of a chunk or body say. */
  readonly read: (chunk: JsonObject) => readonly AnswerEvent[];
  /** More words in the choice that was read last, in the same member. */
  readonly again: (member: string, text: string) => void;
  /** The endings that are held back. */
  readonly settle: () => readonly AnswerEvent[];
  /** The endings that the vendor left out. */
  readonly close: () => readonly AnswerEvent[];
  /** Whether there are choices and all have ended. */
  readonly areFinished: () => boolean;
  /** How many there are. */
  readonly count: () => number;
  /** Whether any choice has said something or ended. */
  readonly haveAnswer: () => boolean;
}

/** An empty set. Choices join it as they come. `endsEarly`: whether an ending may come before the last tool call. */
export function choiceSet(endsEarly: boolean): ChoiceSet {
  const choices = new Map<number, ChoiceDecoder>();
  let last: ChoiceDecoder | undefined;
  let answerId = '';

  function choiceOf(index: number): ChoiceDecoder {
    const choice =
      choices.get(index) ?? choiceDecoder(index, { mintId: (call) => `call_${answerId}_${index}_${call}`, endsEarly });
    choices.set(index, choice);
    last = choice;
    return choice;
  }

  return {
    read: (chunk) => {
      answerId ||= mintable(chunk.id ?? chunk.created);
      const found = arrayMember(chunk, 'choices').filter(isJsonObject);
      return found.flatMap((choice, position) => choiceOf(indexOf(choice, position)).read(choice));
    },
    again: (member, text) => last?.again[member]?.(text),
    settle: () => [...choices.values()].flatMap((choice) => choice.settle()),
    close: () => [...choices.values()].flatMap((choice) => choice.close()),
    areFinished: () => choices.size > 0 && [...choices.values()].every((choice) => choice.isFinished()),
    count: () => choices.size,
    haveAnswer: () => [...choices.values()].some((choice) => choice.isFinished() || choice.hasContent()),
  };
}

/** As much of an answer's id as makes its tool calls' ids distinct from other answers', in characters that every vendor takes. */
const MINTED_ID_CHARS = 24;

function mintable(id: unknown): string {
  return String(id ?? '')
    .replace(/[^a-zA-Z0-9]/g, '')
    .slice(-MINTED_ID_CHARS);
}

/** A server that sends one choice may leave its index out. */
function indexOf({ index }: JsonObject, position: number): number {
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 ? index : position;
}
