import { type Finish, finished, MALFORMED, OVERLOADED, unknownEnding } from '../ending-word.ts';

/**
 * `finish_reason` words of OpenAI-shaped servers, in lower case. `function_call` is the legacy name of what is answered as a tool call.
 * Source: each server's API reference and source, 2026-11.
 */
const FINISHES: ReadonlyMap<string, Finish> = new Map([
  ['stop', finished('end')],
  ['length', finished('length')],
  ['tool_calls', finished('tool-calls')],
  ['function_call', finished('tool-calls')],
  ['content_filter', finished('filtered')],
  // Anthropic's, as proxies pass them on.
  ['end_turn', finished('end')],
  ['stop_sequence', finished('stop-sequence')],
  ['max_tokens', finished('length')],
  ['tool_use', finished('tool-calls')],
  ['refusal', finished('filtered')],
  ['pause_turn', finished('paused')],
  // Together, TGI, llama.cpp, Cohere, Baidu.
  ['eos', finished('end')],
  ['eos_token', finished('end')],
  ['complete', finished('end')],
  ['completed', finished('end')],
  ['normal', finished('end')],
  ['limit', finished('length')],
  // Mistral, Zhipu.
  ['model_length', finished('length')],
  ['model_context_window_exceeded', finished('length')],
  ['sensitive', finished('filtered')],
  ['safety', finished('filtered')],
  // OpenRouter, DeepSeek, Zhipu, vLLM and SGLang.
  ['error', OVERLOADED],
  ['insufficient_system_resource', OVERLOADED],
  ['network_error', OVERLOADED],
  ['abort', OVERLOADED],
  ['malformed_function_call', MALFORMED],
  ['unexpected_tool_call', MALFORMED],
]);

/** What a word stands for. */
export function finishOf(word: string, callsTools: boolean): Finish {
  const finish = FINISHES.get(word.toLowerCase()) ?? unknownEnding(word);
  const isStop = finish.kind === 'finished' && finish.reason === 'end';
  return isStop && callsTools ? finished('tool-calls') : finish;
}

/** Words that some servers write where others have null: not an ending. */
const NO_ENDING: readonly string[] = ['', 'null', 'none'];

/** Whether a `finish_reason` says that the choice has ended. */
export function isEnding(word: string): boolean {
  return !NO_ENDING.includes(word.toLowerCase());
}
