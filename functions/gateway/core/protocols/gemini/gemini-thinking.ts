import type { JsonObject } from '../../wire/json.ts';
import type { EncodingLosses } from './encoding-losses.ts';
import type { GeminiRules, ThinkingLevel } from './gemini-rules.ts';

/** What an effort means: tokens for 2.5, a level for 3 and later. */
interface Depth {
  readonly budget: number;
  readonly level: ThinkingLevel;
}

/** Up to `high` as Google's own OpenAI endpoint does it (ai.google.dev/gemini-api/docs/openai#thinking). */
const DEPTHS: ReadonlyMap<string, Depth> = new Map([
  ['none', { budget: 0, level: 'MINIMAL' }],
  ['minimal', { budget: 1024, level: 'MINIMAL' }],
  ['low', { budget: 1024, level: 'LOW' }],
  ['medium', { budget: 8192, level: 'MEDIUM' }],
  ['high', { budget: 24_576, level: 'HIGH' }],
  ['xhigh', { budget: 32_768, level: 'HIGH' }],
  ['max', { budget: 32_768, level: 'HIGH' }],
]);

const LEVELS: readonly ThinkingLevel[] = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'];

/**
 * The `thinkingConfig` for OpenAI's `reasoning_effort`, fitted to what the model takes: the nearest depth that is not less than
 * asked. A model that cannot stop thinking thinks as little as it can. The reasoning text comes along unless the effort is `none`.
 */
export function thinkingConfig(
  effort: string | undefined,
  rules: GeminiRules,
  losses: EncodingLosses,
): JsonObject | undefined {
  if (effort === undefined || (effort === 'none' && rules.thinking === 'none')) {
    return undefined;
  }
  const depth = DEPTHS.get(effort);
  if (depth === undefined || rules.thinking === 'none') {
    losses.dropped.push('reasoning_effort');
    return undefined;
  }
  const includeThoughts = effort !== 'none';
  return rules.thinking === 'level'
    ? { thinkingLevel: fittingLevel(depth.level, rules.thinkingLevels), includeThoughts }
    : { thinkingBudget: fittingBudget(depth.budget, rules), includeThoughts };
}

function fittingLevel(wanted: ThinkingLevel, accepted: readonly ThinkingLevel[]): ThinkingLevel {
  const enough = LEVELS.slice(LEVELS.indexOf(wanted)).find((level) => accepted.includes(level));
  return enough ?? accepted.at(-1) ?? wanted;
}

function fittingBudget(wanted: number, rules: GeminiRules): number {
  return Math.max(rules.minThinkingBudget, Math.min(wanted, rules.maxThinkingBudget));
}
