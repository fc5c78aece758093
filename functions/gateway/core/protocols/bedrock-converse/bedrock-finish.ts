import type { ChoiceFinish, FinishReason } from '../../model/answer-event.ts';
import { defined } from '../../model/defined.ts';
import { type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { type Finish, finished, MALFORMED, unknownEnding, unsaidEnding } from '../ending-word.ts';

/** What a `stopReason` means: an end of the answer, or a failure that Bedrock reports as an end. `calls`: how many tools it called. */
export function endingOf(stopReason: string, calls: number): Finish {
  return stopReason === '' ? unsaidEnding(calls > 0) : (ENDINGS.get(stopReason) ?? unknownEnding(stopReason));
}

/** Source: Amazon Bedrock API reference, "Converse", `stopReason`, 2026-11. */
const ENDINGS: ReadonlyMap<string, Finish> = new Map([
  ['end_turn', finished('end')],
  ['stop_sequence', finished('stop-sequence')],
  ['max_tokens', finished('length')],
  ['model_context_window_exceeded', finished('length')],
  ['tool_use', finished('tool-calls')],
  ['content_filtered', finished('filtered')],
  ['guardrail_intervened', finished('filtered')],
  ['refusal', finished('filtered')],
  ['malformed_model_output', MALFORMED],
  ['malformed_tool_use', MALFORMED],
]);

/**
 * The end of the answer. `stop`: `messageStop` or the whole body. `tool_use` may mean the forced tool of a JSON schema, which the caller
 * never sees; and some models end a call with `end_turn`.
 */
export function finishOf(reason: FinishReason, stop: JsonObject, calls: number): ChoiceFinish {
  const raw = stringMember(stop, 'stopReason') ?? '';
  const told = objectMember(stop, 'additionalModelResponseFields');
  const stopSequence =
    stringMember(told, 'stop_sequence') ?? stringMember(objectMember(told, 'delta'), 'stop_sequence');
  return {
    type: 'finish',
    choice: 0,
    reason: reasonFor(reason, calls),
    raw,
    ...defined({ stopSequence }),
  };
}

function reasonFor(reason: FinishReason, calls: number): FinishReason {
  switch (reason) {
    case 'end':
    case 'stop-sequence':
      return calls > 0 ? 'tool-calls' : reason;
    case 'tool-calls':
      return calls > 0 ? reason : 'end';
    default:
      return reason;
  }
}
