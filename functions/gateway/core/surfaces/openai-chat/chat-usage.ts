import { defined } from '../../model/defined.ts';
import type { Usage } from '../../model/usage.ts';
import { isJsonObject, type JsonObject, numberMember } from '../../wire/json.ts';

/** Token counts as OpenAI's `usage`: `prompt_tokens` with the cached ones, `completion_tokens` with those of reasoning. An OpenAI-shaped vendor's own members are kept. */
export function chatUsage(usage: Usage): JsonObject {
  const { input, output } = usage;
  const raw = usage.raw?.dialect === 'openai-chat' ? usage.raw.value : {};
  const { prompt_tokens_details: ownPrompt, completion_tokens_details: ownCompletion, ...own } = raw;
  const total = numberMember(own, 'total_tokens');
  return {
    ...own,
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: total !== undefined && Number.isInteger(total) && total >= 0 ? total : input + output,
    ...defined({
      prompt_tokens_details: filled({ ...promptDetails(usage), ...(isJsonObject(ownPrompt) && ownPrompt) }),
      completion_tokens_details: filled({
        ...defined({ reasoning_tokens: usage.reasoning }),
        ...(isJsonObject(ownCompletion) && ownCompletion),
      }),
    }),
  };
}

function promptDetails({ cacheRead, cacheWrite5m, cacheWrite1h }: Usage): JsonObject {
  const written =
    cacheWrite5m === undefined && cacheWrite1h === undefined ? undefined : (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0);
  return defined({ cached_tokens: cacheRead, cache_write_tokens: written });
}

function filled(members: JsonObject): JsonObject | undefined {
  return Object.keys(members).length === 0 ? undefined : members;
}
