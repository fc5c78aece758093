import { defined } from '../../model/defined.ts';
import type { Usage } from '../../model/usage.ts';
import { type JsonObject, member, numberMember, objectMember } from '../../wire/json.ts';

/** The token counts of a response; `undefined` where it has none. */
export function usageOf(response: JsonObject): Usage | undefined {
  const usage = objectMember(response, 'usage');
  const input = numberMember(usage, 'input_tokens');
  if (usage === undefined || input === undefined) {
    return undefined;
  }
  const details = objectMember(usage, 'input_tokens_details');
  return {
    input,
    output: numberMember(usage, 'output_tokens') ?? 0,
    raw: { dialect: 'openai-responses', value: usage },
    ...defined({
      cacheRead: numberMember(details, 'cached_tokens'),
      cacheWrite5m: numberMember(details, 'cache_write_tokens'),
      reasoning: numberMember(member(usage, 'output_tokens_details'), 'reasoning_tokens'),
    }),
  };
}
