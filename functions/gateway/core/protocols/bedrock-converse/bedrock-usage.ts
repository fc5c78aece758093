import { defined } from '../../model/defined.ts';
import type { Usage } from '../../model/usage.ts';
import { arrayMember, type JsonObject, numberMember, stringMember } from '../../wire/json.ts';

/**
 * Bedrock's `usage`. Its `inputTokens` leave out what was read from and written to the cache. Source: Amazon Bedrock API reference,
 * "TokenUsage" and "CacheDetail", 2026-11.
 */
export function bedrockUsage(usage: JsonObject): Usage {
  const cacheRead = numberMember(usage, 'cacheReadInputTokens');
  const writes = cacheWrites(usage);
  const written = (writes.cacheWrite5m ?? 0) + (writes.cacheWrite1h ?? 0);
  return {
    input: (numberMember(usage, 'inputTokens') ?? 0) + (cacheRead ?? 0) + written,
    output: numberMember(usage, 'outputTokens') ?? 0,
    ...defined({ cacheRead }),
    ...writes,
    raw: { dialect: 'bedrock-converse', value: usage },
  };
}

/** What is not said to be of an hour is of five minutes. The sum stands where the details do not add up to it. */
function cacheWrites(usage: JsonObject): Pick<Usage, 'cacheWrite5m' | 'cacheWrite1h'> {
  const details = arrayMember(usage, 'cacheDetails');
  const hour = sumOf(details.filter((detail) => stringMember(detail, 'ttl') === '1h'));
  const written = numberMember(usage, 'cacheWriteInputTokens') ?? sumOf(details);
  if (written === undefined) {
    return {};
  }
  return hour === undefined
    ? { cacheWrite5m: written }
    : { cacheWrite5m: Math.max(0, written - hour), cacheWrite1h: Math.min(hour, written) };
}

/** `undefined` where there is nothing to sum up. */
function sumOf(details: readonly unknown[]): number | undefined {
  return details.length === 0
    ? undefined
    : details.reduce<number>((sum, detail) => sum + (numberMember(detail, 'inputTokens') ?? 0), 0);
}
