import { type ChatDelta, isContent } from '../../model/chat-delta.ts';
import { type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { logprobsOf, unreadMembers, wordsOf } from './delta-content.ts';
import { statedError } from './openai-error.ts';
import { streamedFailure } from './openai-failure.ts';
import { finishOf } from './openai-finish.ts';
import { toolCallFragments } from './tool-call-fragment.ts';
import { toolCallTracker } from './tool-call-tracker.ts';

/** Reads one choice of an answer. */
export interface ChoiceDecoder {
  /** A member of `choices`, of a chunk or of a whole body. */
  readonly read: (choice: JsonObject) => readonly ChatDelta[];
  /** The ending that the vendor left out, where it is certain that the answer has ended. */
  readonly close: () => readonly ChatDelta[];
  readonly isFinished: () => boolean;
  /** Whether anything that a caller could use has come. */
  readonly hasContent: () => boolean;
}

/** A decoder for the choice `index`. `mintId` makes ids for tool calls that come without. */
export function choiceDecoder(index: number, mintId: (call: number) => string): ChoiceDecoder {
  const calls = toolCallTracker(index, mintId);
  let isFinished = false;
  let hasContent = false;

  function finish(word: string, native: string | undefined): readonly ChatDelta[] {
    const ending = finishOf(word, calls.hasCalls());
    if (ending.kind === 'failed') {
      return [{ type: 'answer-failed', failure: ending.failure }];
    }
    isFinished = true;
    const { reason } = ending;
    const finished = { type: 'choice-finish', choice: index, reason } as const;
    return [...calls.close(), native === undefined || native === reason ? finished : { ...finished, native }];
  }

  function readEnding(choice: JsonObject): readonly ChatDelta[] {
    const word = stringMember(choice, 'finish_reason') ?? '';
    return word === '' || isFinished ? [] : finish(word, stringMember(choice, 'native_finish_reason') ?? word);
  }

  return {
    read: (choice) => {
      const error = statedError(choice);
      if (error !== undefined) {
        return [{ type: 'answer-failed', failure: streamedFailure(error) }];
      }
      const delta = objectMember(choice, 'delta') ?? objectMember(choice, 'message') ?? {};
      const content = [...wordsOf(delta, index), ...toolCallFragments(delta).flatMap(calls.add)];
      hasContent ||= content.some(isContent);
      return [...content, ...passedOn(delta, choice, index), ...readEnding(choice)];
    },
    close: () => (isFinished ? [] : finish('stop', undefined)),
    isFinished: () => isFinished,
    hasContent: () => hasContent,
  };
}

function passedOn(delta: JsonObject, choice: JsonObject, index: number): ChatDelta[] {
  const fields = unreadMembers(delta);
  const logprobs = logprobsOf(choice);
  return [
    ...(fields === undefined ? [] : [{ type: 'extension-delta', choice: index, fields } as const]),
    ...(logprobs === undefined ? [] : [{ type: 'logprobs-delta', choice: index, logprobs } as const]),
  ];
}
