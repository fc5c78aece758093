import type { ChatUsage } from '../../model/chat-usage.ts';
import { type JsonObject, numberMember } from '../../wire/json.ts';

/**
 * Gemini's `usageMetadata` in OpenAI's shape; `undefined` before it counts anything. The prompt's count includes cached tokens but not
 * those of tool results; thoughts are counted apart from the answer.
 */
export function chatUsage(metadata: JsonObject): ChatUsage | undefined {
  const count = (key: string) => numberMember(metadata, key);
  if (count('promptTokenCount') === undefined && count('totalTokenCount') === undefined) {
    return undefined;
  }
  const promptTokens = (count('promptTokenCount') ?? 0) + (count('toolUsePromptTokenCount') ?? 0);
  const thoughts = count('thoughtsTokenCount');
  const completionTokens = (count('candidatesTokenCount') ?? 0) + (thoughts ?? 0);
  const cached = count('cachedContentTokenCount');
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: count('totalTokenCount') ?? promptTokens + completionTokens,
    ...(cached === undefined ? {} : { prompt_tokens_details: { cached_tokens: cached } }),
    ...(thoughts === undefined ? {} : { completion_tokens_details: { reasoning_tokens: thoughts } }),
  };
}
