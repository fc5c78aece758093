import { defined } from '../../model/defined.ts';
import type { Usage } from '../../model/usage.ts';
import { type JsonObject, numberMember } from '../../wire/json.ts';

/**
 * Gemini's `usageMetadata`; `undefined` before it counts anything. The prompt's count includes cached tokens but not those of tool results;
 * thoughts are counted apart from the answer.
 */
export function geminiUsage(metadata: JsonObject): Usage | undefined {
  const count = (key: string) => numberMember(metadata, key);
  if (count('promptTokenCount') === undefined && count('totalTokenCount') === undefined) {
    return undefined;
  }
  const thoughts = count('thoughtsTokenCount');
  return {
    input: (count('promptTokenCount') ?? 0) + (count('toolUsePromptTokenCount') ?? 0),
    output: (count('candidatesTokenCount') ?? 0) + (thoughts ?? 0),
    raw: { dialect: 'gemini', value: metadata },
    ...defined({ cacheRead: count('cachedContentTokenCount'), reasoning: thoughts }),
  };
}
