import type { ChoiceFinish, FinishReason } from '../../model/answer-event.ts';

const WORDS: Readonly<Record<FinishReason, string>> = {
  end: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  filtered: 'refusal',
  paused: 'pause_turn',
};

/** Anthropic's other words for the same, which are kept where a vendor has said them. */
const FINER_WORDS: ReadonlyMap<string, FinishReason> = new Map([
  ['model_context_window_exceeded', 'length'],
  ['compaction', 'paused'],
]);

/** What else of the answer tells why it ended. */
export interface AnswerShape {
  readonly hasCalls: boolean;
  readonly hasRefusal: boolean;
}

/** `stop_reason`. Servers say that an answer has just ended where it ends in calls or refuses: clients go by the reason. */
export function stopReason({ reason, raw = '' }: ChoiceFinish, { hasCalls, hasRefusal }: AnswerShape): string {
  if (FINER_WORDS.get(raw) === reason) {
    return raw;
  }
  if (reason === 'end' && (hasCalls || hasRefusal)) {
    return WORDS[hasCalls ? 'tool-calls' : 'filtered'];
  }
  return WORDS[reason];
}
