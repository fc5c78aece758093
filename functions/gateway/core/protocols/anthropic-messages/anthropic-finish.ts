import type { AnswerEvent } from '../../model/answer-event.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';
import { type Finish, finished, unknownEnding, unsaidEnding } from '../ending-word.ts';

/** What `stop_reason` means. Source: Anthropic API reference, "Handling stop reasons", 2026-11; then what other servers of the API say. */
const REASONS: ReadonlyMap<string, Finish> = new Map([
  ['end_turn', finished('end')],
  ['stop_sequence', finished('stop-sequence')],
  ['pause_turn', finished('paused')],
  ['compaction', finished('paused')],
  ['max_tokens', finished('length')],
  ['model_context_window_exceeded', finished('length')],
  ['tool_use', finished('tool-calls')],
  ['refusal', finished('filtered')],
  ['stop', finished('end')],
  ['length', finished('length')],
  ['tool_calls', finished('tool-calls')],
]);

function endingOf(raw: string, toolCalls: number): Finish {
  return raw === '' ? unsaidEnding(toolCalls > 0) : (REASONS.get(raw) ?? unknownEnding(raw));
}

/**
 * The reason for the end of an answer. `raw`: empty where the server says none. `stop`: the members `stop_reason` and `stop_sequence`. `tool_use` without a call of the caller's
 * tools is the end of a structured answer, which is a plain one for the caller.
 */
export function finishOf(raw: string, stop: JsonObject, toolCalls: number): AnswerEvent {
  const ending = endingOf(raw, toolCalls);
  if (ending.kind === 'failed') {
    return { type: 'failed', failure: ending.failure };
  }
  const { reason } = ending;
  const stopSequence = stringMember(stop, 'stop_sequence');
  return {
    type: 'finish',
    choice: 0,
    reason: reason === 'tool-calls' && toolCalls === 0 ? 'end' : reason,
    ...(raw !== '' && { raw }),
    ...(stopSequence !== undefined && { stopSequence }),
  };
}

/** Whether the answer was cut off, so that nothing is added to what is open in it. */
export function isCutOff(raw: string, toolCalls: number): boolean {
  const ending = endingOf(raw, toolCalls);
  return ending.kind === 'finished' && ending.reason === 'length';
}
