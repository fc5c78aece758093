import type { ChatDelta } from '../../model/chat-delta.ts';
import type { ChatUsage } from '../../model/chat-usage.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type AnswerIdentity, answerInfo } from './answer-identity.ts';
import { type ChoiceFold, choiceFold } from './fold-choice.ts';

/** Puts an answer's deltas together into one body. */
export interface ChatFold {
  readonly add: (delta: ChatDelta) => void;
  /** The `chat.completion` of the deltas so far. */
  readonly body: (about: AnswerIdentity) => JsonObject;
}

/**
 * Folds deltas into OpenAI's `chat.completion`: what a caller who did not ask for a stream gets. Fragments are joined once, by `body`.
 * `usage` is absent where the vendor gave none. A failure adds nothing: whether the answer counts is the gateway's to say.
 */
export function chatFold(): ChatFold {
  const choices = new Map<number, ChoiceFold>();
  let info: JsonObject = {};
  let usage: ChatUsage | undefined;

  function choiceOf(index: number): ChoiceFold {
    const choice = choices.get(index) ?? choiceFold(index);
    choices.set(index, choice);
    return choice;
  }

  return {
    add: (delta) => {
      switch (delta.type) {
        case 'usage-update':
          usage = delta.usage;
          return;
        case 'answer-info':
          info = { ...info, ...answerInfo(delta.fields) };
          return;
        case 'keep-alive':
        case 'answer-failed':
          return;
        case 'text-delta':
        case 'reasoning-delta':
        case 'refusal-delta':
        case 'tool-call-start':
        case 'tool-call-delta':
        case 'extension-delta':
        case 'logprobs-delta':
        case 'choice-finish':
          choiceOf(delta.choice).add(delta);
      }
    },
    body: ({ id, created, model }) => ({
      id,
      object: 'chat.completion',
      created,
      model,
      choices: [...choices].sort(([a], [b]) => a - b).map(([, choice]) => choice.body()),
      ...(usage !== undefined && { usage }),
      ...info,
    }),
  };
}
