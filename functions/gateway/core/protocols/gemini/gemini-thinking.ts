import type { Reasoning } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import type { GeminiRules, ThinkingLevel } from './gemini-rules.ts';

/** What an effort means: tokens for 2.5, a level for 3 and later. */
interface Depth {
  readonly budget: number;
  readonly level: ThinkingLevel;
}

/** Up to `high` as Google's own OpenAI endpoint does it. Source: ai.google.dev/gemini-api/docs/openai#thinking, 2026-11. */
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
 * The `thinkingConfig` for an effort or a budget, fitted to what the model takes: the nearest depth that is not less than asked. A model
 * that cannot stop thinking thinks as little as it can. The reasoning text comes along unless there is to be none.
 */
export function thinkingConfig(
  asked: Reasoning | undefined,
  rules: GeminiRules,
  notes: EncodingNotes,
): JsonObject | undefined {
  const depth = asked === undefined ? undefined : depthOf(asked);
  if (asked?.effort === undefined && asked?.budgetTokens === undefined) {
    return undefined;
  }
  if (depth === undefined || rules.thinking === 'none') {
    return withoutThinking(depth, notes);
  }
  const includeThoughts = !isNone(asked) && asked.show !== 'none';
  return rules.thinking === 'level'
    ? { thinkingLevel: fittingLevel(depth.level, rules.thinkingLevels), includeThoughts }
    : { thinkingBudget: fittingBudget(depth.budget, rules), includeThoughts };
}

/** A model that cannot think does what `none` asks for. */
function withoutThinking(depth: Depth | undefined, notes: EncodingNotes): undefined {
  if (depth?.budget !== 0) {
    notes.drop('reasoning');
  }
}

function isNone({ effort, budgetTokens }: Reasoning): boolean {
  return effort === 'none' || (effort === undefined && budgetTokens === 0);
}

function depthOf({ effort, budgetTokens = 0 }: Reasoning): Depth | undefined {
  if (effort !== undefined) {
    return DEPTHS.get(effort);
  }
  const level = [...DEPTHS.values()].find(({ budget }) => budget >= budgetTokens)?.level ?? 'HIGH';
  return { budget: budgetTokens, level };
}

function fittingLevel(wanted: ThinkingLevel, accepted: readonly ThinkingLevel[]): ThinkingLevel {
  const enough = LEVELS.slice(LEVELS.indexOf(wanted)).find((level) => accepted.includes(level));
  return enough ?? accepted.at(-1) ?? wanted;
}

function fittingBudget(wanted: number, rules: GeminiRules): number {
  return Math.max(rules.minThinkingBudget, Math.min(wanted, rules.maxThinkingBudget));
}
