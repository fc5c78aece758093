import type { AnswerEvent, FinishReason } from '../../model/answer-event.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';

/** What `stop_reason` means; any other is `end`, with the vendor's own word beside it. */
const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'end'],
  ['stop_sequence', 'stop-sequence'],
  ['pause_turn', 'paused'],
  ['compaction', 'paused'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool-calls'],
  ['refusal', 'filtered'],
]);

/**
 * The reason for the end of an answer. `ending`: the members `stop_reason` and `stop_sequence`. `tool_use` without a call of the caller's
 * tools is the end of a structured answer, which is a plain one for the caller.
 */
export function finishOf(raw: string, ending: JsonObject, toolCalls: number): AnswerEvent {
  const known = REASONS.get(raw) ?? 'end';
  const stopSequence = stringMember(ending, 'stop_sequence');
  return {
    type: 'finish',
    choice: 0,
    reason: known === 'tool-calls' && toolCalls === 0 ? 'end' : known,
    raw,
    ...(stopSequence !== undefined && { stopSequence }),
  };
}

/** Whether the answer was cut off, so that nothing is added to what is open in it. */
export function isCutOff(raw: string): boolean {
  return REASONS.get(raw) === 'length';
}
