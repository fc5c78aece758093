import { nativeValue } from '../../model/dialect.ts';
import type { Usage } from '../../model/usage.ts';
import type { JsonObject } from '../../wire/json.ts';

/** Token counts in Anthropic's shape, whose `input_tokens` are without the cached ones. Zeros where nobody has counted. */
export function messageUsage(usage: Usage | undefined, serviceTier: string | undefined): JsonObject {
  const own = usage?.raw && nativeValue({ ...usage.raw, ifForeign: 'ignore' }, 'anthropic-messages');
  return own ?? { ...counts(usage ?? { input: 0, output: 0 }), ...tier(serviceTier) };
}

function counts({ input, output, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, reasoning }: Usage): JsonObject {
  const written = cacheWrite5m + cacheWrite1h;
  return {
    input_tokens: Math.max(0, input - cacheRead - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite5m, ephemeral_1h_input_tokens: cacheWrite1h },
    output_tokens: output,
    ...(reasoning !== undefined && { output_tokens_details: { thinking_tokens: reasoning } }),
  };
}

const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['default', 'standard'],
  ['priority', 'priority'],
]);

/** A tier that Anthropic does not have is not told. */
function tier(serviceTier: string | undefined): JsonObject {
  const name = serviceTier === undefined ? undefined : SERVICE_TIERS.get(serviceTier);
  return name === undefined ? {} : { service_tier: name };
}
