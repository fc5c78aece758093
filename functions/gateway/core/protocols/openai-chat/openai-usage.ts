import type { ChatUsage } from '../../model/chat-usage.ts';
import { arrayMember, type JsonObject, member, numberMember, objectMember } from '../../wire/json.ts';

/**
 * The token counts in a chunk or body: at the top, in `x_groq` (Groq) or in a choice (Moonshot). Every member that the vendor has is kept.
 * `undefined` where there are none.
 */
export function usageOf(json: JsonObject): ChatUsage | undefined {
  const places = [json, objectMember(json, 'x_groq'), ...arrayMember(json, 'choices')];
  const usage = places.map((place) => objectMember(place, 'usage')).find((found) => found !== undefined);
  return usage === undefined || !COUNTS.some((name) => numberMember(usage, name) !== undefined)
    ? undefined
    : toChatUsage(usage);
}

const COUNTS: readonly string[] = ['prompt_tokens', 'completion_tokens', 'total_tokens'];

function toChatUsage(usage: JsonObject): ChatUsage {
  const { prompt_tokens_details: _, completion_tokens_details: __, ...rest } = usage;
  const prompt = numberMember(usage, 'prompt_tokens') ?? 0;
  const completion = completionTokens(usage, prompt);
  const promptDetails = promptTokensDetails(usage);
  const completionDetails = objectMember(usage, 'completion_tokens_details');
  return {
    ...rest,
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: numberMember(usage, 'total_tokens') ?? prompt + completion,
    ...(promptDetails !== undefined && { prompt_tokens_details: promptDetails }),
    ...(completionDetails !== undefined && { completion_tokens_details: completionDetails }),
  };
}

/** xAI leaves reasoning out of the completion's tokens, though not out of the total. */
function completionTokens(usage: JsonObject, prompt: number): number {
  const completion = numberMember(usage, 'completion_tokens') ?? 0;
  const reasoning = numberMember(member(usage, 'completion_tokens_details'), 'reasoning_tokens') ?? 0;
  const isLeftOut = reasoning > 0 && numberMember(usage, 'total_tokens') === prompt + completion + reasoning;
  return isLeftOut ? completion + reasoning : completion;
}

/** DeepSeek and Moonshot count cached tokens outside the details. */
function promptTokensDetails(usage: JsonObject): JsonObject | undefined {
  const cached = numberMember(usage, 'prompt_cache_hit_tokens') ?? numberMember(usage, 'cached_tokens');
  const details = objectMember(usage, 'prompt_tokens_details');
  return cached === undefined ? details : { cached_tokens: cached, ...details };
}
