import type { JsonObject } from '../../wire/json.ts';

/**
 * A chat completion request in OpenAI's own shape, after `readChatPrompt`: the members below have these types,
 * top-level nulls are gone, and every other member is as the caller sent it (OpenAI-shaped upstreams get it unchanged).
 * Source: OpenAI API reference, "Create chat completion".
 */
export interface ChatRequest extends JsonObject {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean;
  readonly stream_options?: JsonObject;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly n?: number;
  readonly seed?: number;
  readonly stop?: string | readonly string[];
  readonly frequency_penalty?: number;
  readonly presence_penalty?: number;
  readonly logit_bias?: JsonObject;
  readonly logprobs?: boolean;
  readonly top_logprobs?: number;
  readonly tools?: readonly ChatTool[];
  readonly tool_choice?: ChatToolChoice;
  readonly parallel_tool_calls?: boolean;
  readonly response_format?: ResponseFormat;
  readonly reasoning_effort?: string;
  readonly user?: string;
  readonly safety_identifier?: string;
  readonly metadata?: JsonObject;
  readonly service_tier?: string;
  readonly prompt_cache_key?: string;
}

/** A message of a conversation, by its role. */
export type ChatMessage = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/** Instructions. OpenAI's newer models say `developer` for `system`. */
export interface SystemMessage extends JsonObject {
  readonly role: 'system' | 'developer';
  readonly content: string | readonly ContentPart[];
}

/** What the caller's side says. */
export interface UserMessage extends JsonObject {
  readonly role: 'user';
  readonly content: string | readonly ContentPart[];
  readonly name?: string;
}

/** What the model said. `content` may be absent or null beside tool calls. */
export interface AssistantMessage extends JsonObject {
  readonly role: 'assistant';
  readonly content?: string | readonly ContentPart[] | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly ToolCall[];
  /** Reasoning text that compatible clients send back (DeepSeek's convention). */
  readonly reasoning_content?: string;
}

/** The result of the tool call `tool_call_id`. */
export interface ToolMessage extends JsonObject {
  readonly role: 'tool';
  readonly tool_call_id: string;
  readonly content: string | readonly ContentPart[];
}

/** One part of a message's content. `type` is open: a part of an unknown type keeps its members. */
export interface ContentPart extends JsonObject {
  readonly type: string;
}

/** A call of a function, or of a custom tool, which takes text. */
export type ToolCall = FunctionCall | CustomCall;

/** A call of a function. */
export interface FunctionCall extends JsonObject {
  readonly id: string;
  readonly type: 'function';
  /** `arguments` is JSON text, and may be `""` for a function without parameters. */
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A call of a custom tool, whose input is free text. */
export interface CustomCall extends JsonObject {
  readonly id: string;
  readonly type: 'custom';
  readonly custom: { readonly name: string; readonly input: string };
}

/** A tool that the model may call. Only `type: 'function'` exists outside OpenAI-shaped upstreams. */
export interface ChatTool extends JsonObject {
  readonly type: string;
  readonly function?: {
    readonly name: string;
    readonly description?: string;
    readonly parameters?: JsonObject;
    readonly strict?: boolean;
  };
}

/** Whether a tool is called; an object names which. */
export type ChatToolChoice = 'auto' | 'none' | 'required' | JsonObject;

/** The form that the answer must have. `json_schema` stands with `type: 'json_schema'`. */
export interface ResponseFormat extends JsonObject {
  readonly type: string;
  readonly json_schema?: {
    readonly name: string;
    readonly description?: string;
    readonly schema?: JsonObject;
    readonly strict?: boolean;
  };
}
