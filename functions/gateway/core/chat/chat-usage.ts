import type { JsonObject } from '../json.ts';

/**
 * Token counts of one answer in OpenAI's shape, whoever the vendor was.
 * `prompt_tokens` includes cached and cache-write tokens; `completion_tokens` includes reasoning tokens.
 */
export interface ChatUsage extends JsonObject {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: PromptTokensDetails;
  readonly completion_tokens_details?: CompletionTokensDetails;
}

export interface PromptTokensDetails extends JsonObject {
  readonly cached_tokens?: number;
  readonly cache_write_tokens?: number;
}

export interface CompletionTokensDetails extends JsonObject {
  readonly reasoning_tokens?: number;
}
