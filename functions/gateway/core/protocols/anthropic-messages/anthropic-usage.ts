import type { ChatUsage } from '../../model/chat-usage.ts';
import { isJsonObject, type JsonObject, numberMember } from '../../wire/json.ts';

/**
 * The counts of `usage` as far as they are known: each event's members over the earlier ones, since every count is cumulative and may
 * come in `message_start`, in `message_delta`, or in both with different values. Adding them would count twice. An event that counts no
 * input at all has not counted it: some servers end with zeros for what `message_start` has told.
 */
export function laterUsage(earlier: JsonObject, event: unknown): JsonObject {
  if (!isJsonObject(event)) {
    return earlier;
  }
  const countsInput = INPUT_COUNTS.some((name) => (numberMember(event, name) ?? 0) > 0);
  const isSaid = ([name, value]: readonly [string, unknown]) =>
    value !== null &&
    value !== undefined &&
    (countsInput || earlier[name] === undefined || !INPUT_COUNTS.includes(name));
  return { ...earlier, ...Object.fromEntries(Object.entries(event).filter(isSaid)) };
}

const INPUT_COUNTS: readonly string[] = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'];

/** Counts in OpenAI's shape. Anthropic's `input_tokens` are without the cached ones, its `output_tokens` with those of reasoning. */
export function toChatUsage(usage: JsonObject): ChatUsage {
  const cacheRead = numberMember(usage, 'cache_read_input_tokens');
  const cacheWrite = numberMember(usage, 'cache_creation_input_tokens');
  const reasoning = numberMember(usage.output_tokens_details, 'thinking_tokens');
  const prompt = (numberMember(usage, 'input_tokens') ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0);
  const completion = numberMember(usage, 'output_tokens') ?? 0;
  const cached = {
    ...(cacheRead === undefined ? {} : { cached_tokens: cacheRead }),
    ...(cacheWrite === undefined ? {} : { cache_write_tokens: cacheWrite }),
  };
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(Object.keys(cached).length === 0 ? {} : { prompt_tokens_details: cached }),
    ...(reasoning === undefined ? {} : { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}

/** OpenAI's names of the tiers that Anthropic reports in `usage.service_tier`. */
const SERVICE_TIERS: ReadonlyMap<unknown, string> = new Map([
  ['standard', 'default'],
  ['priority', 'priority'],
]);

/** The tier that served the answer, in OpenAI's words. */
export function servedTier(usage: JsonObject): string | undefined {
  return SERVICE_TIERS.get(usage.service_tier);
}
