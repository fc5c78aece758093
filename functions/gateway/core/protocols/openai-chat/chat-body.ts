import type { JsonObject } from '../../wire/json.ts';

/** A chat completion request as OpenAI-shaped servers read it, before the rules of a model. Members without a type are passed on unread. */
export interface ChatBody extends JsonObject {
  readonly messages: readonly JsonObject[];
  readonly tools?: readonly JsonObject[];
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly stream?: boolean;
  readonly stream_options?: JsonObject;
  readonly reasoning_effort?: string;
}
