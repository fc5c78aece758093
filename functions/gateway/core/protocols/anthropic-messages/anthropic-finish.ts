import type { ChatDelta, FinishReason } from '../../model/chat-delta.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';

/** OpenAI's words for `stop_reason`; any other is `stop`, with the vendor's own beside it. */
const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
]);

/**
 * The end of an answer: the words of a refusal, where there are any, and the reason. `tool_use` without a call of the caller's tools is
 * the end of a structured answer, which is a plain one for the caller.
 */
export function finishDeltas(native: string, details: JsonObject | undefined, toolCalls: number): readonly ChatDelta[] {
  const refusal = native === 'refusal' ? (stringMember(details, 'explanation') ?? '') : '';
  const known = REASONS.get(native) ?? 'stop';
  const reason = known === 'tool_calls' && toolCalls === 0 ? 'stop' : known;
  return [
    ...(refusal === '' ? [] : [{ type: 'refusal-delta', choice: 0, text: refusal } as const]),
    { type: 'choice-finish', choice: 0, reason, native },
  ];
}

/** Whether the answer was cut off, so that what is open in it stays open. */
export function isCutOff(native: string): boolean {
  return REASONS.get(native) === 'length';
}
