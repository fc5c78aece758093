import { type AnswerEvent, isContent } from '../../model/answer-event.ts';
import type { Native } from '../../model/dialect.ts';
import { type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { answerParts } from '../answer-parts.ts';
import { logprobsOf, unreadMembers, wordsOf } from './delta-content.ts';
import { statedError } from './openai-error.ts';
import { streamedFailure } from './openai-failure.ts';
import { finishOf } from './openai-finish.ts';
import { toolCallFragments } from './tool-call-fragment.ts';
import { toolCallTracker } from './tool-call-tracker.ts';

/** Reads one choice of an answer. */
export interface ChoiceDecoder {
  /** A member of `choices`, of a chunk or of a whole body. */
  readonly read: (choice: JsonObject) => readonly AnswerEvent[];
  /** The ending that the vendor left out, where it is certain that the answer has ended. */
  readonly close: () => readonly AnswerEvent[];
  readonly isFinished: () => boolean;
  /** Whether anything that a caller could use has come. */
  readonly hasContent: () => boolean;
}

/** A decoder for the choice `index`. `mintId` makes ids for tool calls that come without. */
export function choiceDecoder(index: number, mintId: (call: number) => string): ChoiceDecoder {
  const parts = answerParts(index);
  const calls = toolCallTracker(index, parts, mintId);
  let isFinished = false;
  let hasContent = false;

  function finish(word: string, native: string | undefined): readonly AnswerEvent[] {
    const ending = finishOf(word, calls.hasCalls());
    if (ending.kind === 'failed') {
      return [{ type: 'failed', failure: ending.failure }];
    }
    isFinished = true;
    const finished = { type: 'finish', choice: index, reason: ending.reason } as const;
    return [...calls.close(), ...parts.close(), native === undefined ? finished : { ...finished, raw: native }];
  }

  function readEnding(choice: JsonObject): readonly AnswerEvent[] {
    const word = stringMember(choice, 'finish_reason') ?? '';
    return word === '' || isFinished ? [] : finish(word, stringMember(choice, 'native_finish_reason') ?? word);
  }

  return {
    read: (choice) => {
      const error = statedError(choice);
      if (error !== undefined) {
        return [{ type: 'failed', failure: streamedFailure(error) }];
      }
      const delta = objectMember(choice, 'delta') ?? objectMember(choice, 'message') ?? {};
      const words = wordsOf(delta).flatMap(({ kind, text }) => parts.words(kind, text));
      const content = [...words, ...toolCallFragments(delta).flatMap(calls.add)];
      hasContent ||= content.some(isContent);
      return [...content, ...passedOn(delta, choice, index), ...readEnding(choice)];
    },
    close: () => (isFinished ? [] : finish('stop', undefined)),
    isFinished: () => isFinished,
    hasContent: () => hasContent,
  };
}

function passedOn(delta: JsonObject, choice: JsonObject, index: number): AnswerEvent[] {
  const fields = unreadMembers(delta);
  const logprobs = logprobsOf(choice);
  return [
    ...(fields === undefined ? [] : [{ type: 'native', choice: index, native: nativeOf(fields) } as const]),
    ...(logprobs === undefined ? [] : [{ type: 'logprobs', choice: index, logprobs } as const]),
  ];
}

function nativeOf(value: JsonObject): Native {
  return { dialect: 'openai-chat', value, ifForeign: 'ignore' };
}
