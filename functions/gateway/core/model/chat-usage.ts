import { type JsonObject, member } from '../wire/json.ts';

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

/** More than any call has: who counts beyond it has miscounted, and would close a key's account for years. */
const MAX_TOKENS = 100_000_000;

/** Whether a vendor's counts can be true. A negative count would be a gift to the key's account, and half a token fits in no sum. */
export function isCredible(usage: ChatUsage): boolean {
  const counts = [
    usage.prompt_tokens,
    usage.completion_tokens,
    usage.total_tokens,
    member(usage.prompt_tokens_details, 'cached_tokens') ?? 0,
    member(usage.prompt_tokens_details, 'cache_write_tokens') ?? 0,
    member(usage.completion_tokens_details, 'reasoning_tokens') ?? 0,
  ];
  return counts.every(
    (count) => typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= MAX_TOKENS,
  );
}
