import type { AnswerEvent } from '../../model/answer-event.ts';
import type { Usage } from '../../model/usage.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { AnswerIdentity } from '../surface.ts';
import { aboutMembers } from './answer-members.ts';
import { chatUsage } from './chat-usage.ts';
import { type ChoiceFold, choiceFold } from './fold-choice.ts';

/**
 * Puts an answer's events together into OpenAI's `chat.completion`: what a caller who did not ask for a stream gets. Fragments are joined
 * once. `usage` is absent where the vendor gave none.
 */
export function chatBody(events: readonly AnswerEvent[], { requestId, created, model }: AnswerIdentity): JsonObject {
  const choices = new Map<number, ChoiceFold>();
  let info: JsonObject = {};
  let usage: Usage | undefined;
  for (const event of events) {
    if (event.type === 'usage') {
      usage = event.usage;
    } else if (event.type === 'about') {
      info = { ...info, ...aboutMembers(event) };
    } else if ('choice' in event) {
      choiceOf(choices, event.choice).add(event);
    }
  }
  return {
    id: `chatcmpl-${requestId}`,
    object: 'chat.completion',
    created,
    model,
    choices: [...choices].sort(([a], [b]) => a - b).map(([, choice]) => choice.body()),
    ...(usage !== undefined && { usage: chatUsage(usage) }),
    ...info,
  };
}

function choiceOf(choices: Map<number, ChoiceFold>, index: number): ChoiceFold {
  const choice = choices.get(index) ?? choiceFold(index);
  choices.set(index, choice);
  return choice;
}
