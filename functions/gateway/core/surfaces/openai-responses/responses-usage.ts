import type { Usage } from '../../model/usage.ts';
import type { JsonObject } from '../../wire/json.ts';

/** Token counts as the Responses API tells them. A vendor's own members of the same dialect are kept. */
export function responsesUsage(usage: Usage): JsonObject {
  const { input, output, cacheRead = 0, cacheWrite5m, cacheWrite1h, reasoning = 0 } = usage;
  const isWritten = cacheWrite5m !== undefined || cacheWrite1h !== undefined;
  const written = (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0);
  const raw = usage.raw?.dialect === 'openai-responses' ? usage.raw.value : {};
  return {
    ...raw,
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheRead, ...(isWritten && { cache_write_tokens: written }) },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}
