import type { FinishReason } from '../../model/answer-event.ts';
import type { AttemptFailure } from '../../model/attempt-failure.ts';

/** What a vendor's word for the ending stands for. */
export type Finish =
  | { readonly kind: 'finished'; readonly reason: FinishReason }
  /** Not an ending but a breakdown, as the vendor itself says. */
  | { readonly kind: 'failed'; readonly failure: AttemptFailure };

function finished(reason: FinishReason): Finish {
  return { kind: 'finished', reason };
}

const OVERLOADED: Finish = { kind: 'failed', failure: { kind: 'overloaded', status: 502 } };
const MALFORMED: Finish = { kind: 'failed', failure: { kind: 'malformed', reason: 'malformed tool call' } };

/**
 * `finish_reason` words of OpenAI-shaped servers. `function_call` is the legacy name of what is answered as a tool call. `error` is
 * OpenRouter's, `insufficient_system_resource` DeepSeek's, `model_length` Mistral's.
 */
const FINISHES: ReadonlyMap<string, Finish> = new Map([
  ['stop', finished('end')],
  ['length', finished('length')],
  ['tool_calls', finished('tool-calls')],
  ['function_call', finished('tool-calls')],
  ['content_filter', finished('filtered')],
  ['model_length', finished('length')],
  ['max_tokens', finished('length')],
  ['tool_use', finished('tool-calls')],
  ['safety', finished('filtered')],
  ['refusal', finished('filtered')],
  ['error', OVERLOADED],
  ['insufficient_system_resource', OVERLOADED],
  ['malformed_function_call', MALFORMED],
]);

/** A word nobody knows is an ordinary ending: the answer is there, and the word is passed on beside it. */
export function finishOf(word: string, callsTools: boolean): Finish {
  const finish = FINISHES.get(word) ?? FINISHES.get(word.toLowerCase()) ?? finished('end');
  const isStop = finish.kind === 'finished' && finish.reason === 'end';
  return isStop && callsTools ? finished('tool-calls') : finish;
}
