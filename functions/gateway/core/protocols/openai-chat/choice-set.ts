import { type AnswerEvent, type ChoiceFinish, isContent } from '../../model/answer-event.ts';
import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import { arrayMember, isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { answerParts } from '../answer-parts.ts';
import { type Finish, unsaidEnding } from '../ending-word.ts';
import { choiceMembers, contentReader, logprobsOf, stopSequenceOf, unreadMembers } from './choice-content.ts';
import { statedError, streamedFailure } from './openai-failure.ts';
import { finishOf, isEnding } from './openai-finish.ts';
import { hasThoughtBlocks, newThoughtBlocks } from './thought-blocks.ts';
import { toolCallTracker } from './tool-call-tracker.ts';

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
      const [only] = found;
      if (only !== undefined && found.length === 1) {
        return choiceOf(indexOf(only, 0)).read(only);
      }
      return found.flatMap((choice, position) => choiceOf(indexOf(choice, position)).read(choice));
    },
    again: (member, text) => last?.again(member, text),
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

/** Reads one choice of an answer. */
interface ChoiceDecoder {
  /** A member of `choices`, of a chunk or of a whole body. */
  readonly read: (choice: JsonObject) => readonly AnswerEvent[];
  /** Is told of more of what was read last, by the name of its member. */
  readonly again: (member: string, text: string) => void;
  /** The ending that is held back, now that nothing of the choice can follow. */
  readonly settle: () => readonly AnswerEvent[];
  /** The ending that the vendor left out, where it is certain that the answer has ended. */
  readonly close: () => readonly AnswerEvent[];
  /** Whether its ending has come, be it held back. */
  readonly isFinished: () => boolean;
  /** Whether anything that a caller could use has come. */
  readonly hasContent: () => boolean;
}

/** How a choice is read. */
interface ChoiceReading {
  /** Makes ids for tool calls that come without. */
  readonly mintId: (call: number) => string;
  /**
   * Whether the ending of a choice with tool calls may come before its last call: Together ends each of several calls. Such an ending is
   * held back until nothing can follow.
   */
  readonly endsEarly: boolean;
}

/** A decoder for the choice `index`. */
function choiceDecoder(index: number, { mintId, endsEarly }: ChoiceReading): ChoiceDecoder {
  const parts = answerParts(index);
  const calls = toolCallTracker(index, parts, mintId);
  const speech = newSpeech();
  const content = contentReader(parts, calls);
  let held: ChoiceFinish | undefined;
  let isDone = false;
  let hasContent = false;

  function settle(): readonly AnswerEvent[] {
    const finish = held;
    held = undefined;
    isDone ||= finish !== undefined;
    return finish === undefined ? [] : [...content.proven(), ...calls.close(), ...parts.close(), finish];
  }

  function finish(said: Finish, choice: JsonObject): readonly AnswerEvent[] {
    const ending = endingOf(index, said, choice);
    if (ending.type === 'failed') {
      return [ending];
    }
    held = ending;
    return endsEarly && ending.reason === 'tool-calls' && choice.delta !== undefined ? [] : settle();
  }

  function readContent(said: JsonObject, isLast: boolean): readonly AnswerEvent[] {
    const found = content.read(said, isLast);
    const isMore = found.some(isContent);
    hasContent ||= isMore;
    held = isMore ? undefined : held;
    return found;
  }

  return {
    read: (choice) => {
      const said = speech(choice);
      const word = stringMember(choice, 'finish_reason') ?? '';
      const found = readContent(said, isEnding(word));
      const ending = isDone || !isEnding(word) ? [] : finish(finishOf(word, calls.hasCalls()), choice);
      const error = statedError(choice);
      return error === undefined
        ? [...found, ...passedOn(said, choice, index), ...ending]
        : [{ type: 'failed', failure: streamedFailure(error) }];
    },
    again: (member, text) => (member === 'arguments' ? calls.again(text) : content.again(member, text)),
    settle,
    close: () => [...(isDone || held !== undefined ? [] : finish(unsaidEnding(calls.areWhole()), {})), ...settle()],
    isFinished: () => isDone || held !== undefined,
    hasContent: () => hasContent,
  };
}

/** What each piece of a choice says. A whole message after deltas, as some servers end a stream, says it all once more. */
function newSpeech(): (choice: JsonObject) => JsonObject {
  let hasDeltas = false;
  let newBlocks: ((said: JsonObject) => JsonObject) | undefined;
  return (choice) => {
    const delta = objectMember(choice, 'delta');
    hasDeltas ||= delta !== undefined;
    const said = delta ?? (hasDeltas ? undefined : objectMember(choice, 'message')) ?? {};
    if (!hasThoughtBlocks(said)) {
      return said;
    }
    newBlocks ??= newThoughtBlocks();
    return newBlocks(said);
  };
}

function endingOf(
  index: number,
  ending: Finish,
  choice: JsonObject,
): Extract<AnswerEvent, { type: 'finish' | 'failed' }> {
  if (ending.kind === 'failed') {
    return { type: 'failed', failure: ending.failure };
  }
  const stopSequence = stopSequenceOf(choice);
  const isAtSequence = ending.reason === 'end' && stopSequence !== undefined;
  const raw = stringMember(choice, 'native_finish_reason') ?? stringMember(choice, 'finish_reason');
  const reason = isAtSequence ? 'stop-sequence' : ending.reason;
  return { type: 'finish', choice: index, reason, ...defined({ raw, stopSequence }) };
}

function passedOn(said: JsonObject, choice: JsonObject, index: number): AnswerEvent[] {
  const fields = unreadMembers(said);
  const members = choiceMembers(choice);
  const logprobs = logprobsOf(choice);
  return [
    ...(fields === undefined ? [] : [{ type: 'native', choice: index, native: nativeOf(fields) } as const]),
    ...(members === undefined
      ? []
      : [{ type: 'native', choice: index, of: 'choice', native: nativeOf(members) } as const]),
    ...(logprobs === undefined ? [] : [{ type: 'logprobs', choice: index, logprobs } as const]),
  ];
}

function nativeOf(value: JsonObject): Native {
  return { dialect: 'openai-chat', value, ifForeign: 'ignore' };
}
