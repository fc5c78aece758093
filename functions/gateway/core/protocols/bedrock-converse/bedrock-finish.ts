import type { FinishReason } from '../../model/chat-delta.ts';

/** What a `stopReason` means: an end of the answer, or a failure of the model that Bedrock reports as an end. */
export type Ending = { readonly kind: 'finished'; readonly reason: FinishReason } | { readonly kind: 'malformed' };

/** A reason that is not listed is taken for an ordinary end. Source: Amazon Bedrock API reference, "Converse", `stopReason`. */
export function endingOf(stopReason: string): Ending {
  return ENDINGS.get(stopReason) ?? finished('stop');
}

function finished(reason: FinishReason): Ending {
  return { kind: 'finished', reason };
}

const MALFORMED: Ending = { kind: 'malformed' };

const ENDINGS: ReadonlyMap<string, Ending> = new Map([
  ['end_turn', finished('stop')],
  ['stop_sequence', finished('stop')],
  ['max_tokens', finished('length')],
  ['model_context_window_exceeded', finished('length')],
  ['tool_use', finished('tool_calls')],
  ['content_filtered', finished('content_filter')],
  ['guardrail_intervened', finished('content_filter')],
  ['refusal', finished('content_filter')],
  ['malformed_model_output', MALFORMED],
  ['malformed_tool_use', MALFORMED],
]);
