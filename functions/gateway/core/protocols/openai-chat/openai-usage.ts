import { defined } from '../../model/defined.ts';
import type { Usage } from '../../model/usage.ts';
import { arrayMember, type JsonObject, member, numberMember, objectMember } from '../../wire/json.ts';

/**
 * The token counts in a chunk or body: at the top, in `x_groq` (Groq) or in a choice (Moonshot). Every member that the vendor has is kept.
 * `undefined` where there are none.
 */
export function usageOf(json: JsonObject): Usage | undefined {
  const places = [json, objectMember(json, 'x_groq'), ...arrayMember(json, 'choices')];
  const usage = places.map((place) => objectMember(place, 'usage')).find((found) => found !== undefined);
  return usage === undefined || !COUNTS.some((name) => numberMember(usage, name) !== undefined)
    ? undefined
    : toUsage(usage);
}

const COUNTS: readonly string[] = ['prompt_tokens', 'completion_tokens', 'total_tokens'];

function toUsage(usage: JsonObject): Usage {
  const input = numberMember(usage, 'prompt_tokens') ?? 0;
  const promptDetails = objectMember(usage, 'prompt_tokens_details');
  return {
    input,
    output: completionTokens(usage, input),
    raw: { dialect: 'openai-chat', value: usage },
    ...defined({
      cacheRead: cachedTokens(usage, promptDetails),
      cacheWrite5m: numberMember(promptDetails, 'cache_write_tokens'),
      reasoning: numberMember(usage.completion_tokens_details, 'reasoning_tokens'),
    }),
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
function cachedTokens(usage: JsonObject, details: JsonObject | undefined): number | undefined {
  const outside = numberMember(usage, 'prompt_cache_hit_tokens') ?? numberMember(usage, 'cached_tokens');
  return numberMember(details, 'cached_tokens') ?? outside;
}
