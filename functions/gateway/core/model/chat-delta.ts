import type { JsonObject } from '../wire/json.ts';
import type { AttemptFailure } from './attempt-failure.ts';
import type { ChatUsage } from './chat-usage.ts';

/**
 * One step of an answer, the same for every vendor: what a protocol's decoder emits and what the caller's chunks, the folded
 * body and the commit point are made from. `choice` is the index of the choice (0 unless `n` > 1).
 */
export type ChatDelta =
  /** A piece of the answer's text. Never empty. */
  | { readonly type: 'text-delta'; readonly choice: number; readonly text: string }
  /** A piece of the reasoning text that the vendor shows. Never empty. */
  | { readonly type: 'reasoning-delta'; readonly choice: number; readonly text: string }
  /** A piece of the vendor's words for refusing. Never empty. */
  | { readonly type: 'refusal-delta'; readonly choice: number; readonly text: string }
  /** A tool call begins. `call` is its ordinal within the choice, from 0, kept for the call's whole life. `extra`: members beside `function`. */
  | {
      readonly type: 'tool-call-start';
      readonly choice: number;
      readonly call: number;
      readonly id: string;
      readonly name: string;
      readonly extra?: JsonObject;
    }
  /** A piece of a tool call's arguments (JSON text, cut anywhere). Never empty. A call without arguments gets one `{}`. */
  | { readonly type: 'tool-call-delta'; readonly choice: number; readonly call: number; readonly text: string }
  /** Members of OpenAI's `delta` that the gateway passes on without reading: annotations, thinking blocks, audio. */
  | { readonly type: 'extension-delta'; readonly choice: number; readonly fields: JsonObject }
  /** Log probabilities of tokens, in OpenAI's `logprobs` shape. */
  | { readonly type: 'logprobs-delta'; readonly choice: number; readonly logprobs: JsonObject }
  /** A choice ended. At most one a choice. `native` is the vendor's own word. */
  | { readonly type: 'choice-finish'; readonly choice: number; readonly reason: FinishReason; readonly native?: string }
  /** Token counts so far: cumulative, so that the last one stands. */
  | { readonly type: 'usage-update'; readonly usage: ChatUsage }
  /** Top-level members of the answer: `system_fingerprint`, `service_tier` and what else is passed on. The last one stands. */
  | { readonly type: 'answer-info'; readonly fields: JsonObject }
  /** The vendor's sign of life. */
  | { readonly type: 'keep-alive' }
  /** The answer failed: an error event, malformed bytes, an end without an ending. Nothing follows it. */
  | { readonly type: 'answer-failed'; readonly failure: AttemptFailure };

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

/** Whether the delta is something the caller asked for: the first such one is the commit point and ends time to first token. */
export function isContent(delta: ChatDelta): boolean {
  switch (delta.type) {
    case 'text-delta':
    case 'reasoning-delta':
    case 'refusal-delta':
    case 'tool-call-start':
    case 'tool-call-delta':
      return true;
    case 'extension-delta':
    case 'logprobs-delta':
    case 'choice-finish':
    case 'usage-update':
    case 'answer-info':
    case 'keep-alive':
    case 'answer-failed':
      return false;
  }
}
