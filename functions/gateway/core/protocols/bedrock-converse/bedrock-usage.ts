import type { ChatUsage, PromptTokensDetails } from '../../model/chat-usage.ts';
import { type JsonObject, numberMember } from '../../wire/json.ts';

/**
 * Bedrock's `usage` in OpenAI's shape. Its `inputTokens` leave out what was read from and written to the cache; its `totalTokens`
 * count everything.
 */
export function bedrockUsage(usage: JsonObject): ChatUsage {
  const cached = numberMember(usage, 'cacheReadInputTokens');
  const written = numberMember(usage, 'cacheWriteInputTokens');
  const prompt = (numberMember(usage, 'inputTokens') ?? 0) + (cached ?? 0) + (written ?? 0);
  const completion = numberMember(usage, 'outputTokens') ?? 0;
  const details: PromptTokensDetails = {
    ...(cached === undefined ? {} : { cached_tokens: cached }),
    ...(written === undefined ? {} : { cache_write_tokens: written }),
  };
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: numberMember(usage, 'totalTokens') ?? prompt + completion,
    ...(Object.keys(details).length === 0 ? {} : { prompt_tokens_details: details }),
  };
}
