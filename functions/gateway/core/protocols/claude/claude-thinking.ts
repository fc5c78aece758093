import { defined } from '../../model/defined.ts';
import { type Native, nativeValue } from '../../model/dialect.ts';
import type { Part } from '../../model/part.ts';
import type { Reasoning } from '../../model/prompt.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';
import type { ConversationTurn } from '../conversation-turns.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import type { ClaudeRules } from './claude-rules.ts';

/** What a request says about reasoning. */
export interface ThinkingFields {
  /** The member `thinking`. */
  readonly thinking?: JsonObject;
  /** The member `output_config.effort`. */
  readonly effort?: string;
}

/** What decides how reasoning may be asked for. */
export interface ThinkingRequest {
  readonly reasoning: Reasoning | undefined;
  readonly maxTokens: number;
  /** Whether the answer has been begun in words, with which no model reasons. */
  readonly isBegun: boolean;
  /** Whether a tool is forced, or the thoughts of a loop of calls are lost: with these no model reasons by a budget. */
  readonly isHindered: boolean;
}

/** The API's least budget. */
const MIN_BUDGET_TOKENS = 1024;

/** The share of `max_tokens` that the reasoning of an effort may use, so that an answer is left. */
const MAX_BUDGET_SHARE = 0.75;

/** OpenAI's efforts from least to most, with a budget for models that take tokens (low to high near the values of Google's OpenAI layer). */
const BUDGET_TOKENS: ReadonlyMap<string, number> = new Map([
  ['none', 0],
  ['minimal', MIN_BUDGET_TOKENS],
  ['low', 2048],
  ['medium', 8192],
  ['high', 24_576],
  ['xhigh', 32_768],
  ['max', 49_152],
]);

const EFFORTS = [...BUDGET_TOKENS.keys()];

/** The budget where the caller asks for reasoning and not for how much of it. */
const DEFAULT_BUDGET_EFFORT = 'medium';

/** Asks for reasoning as the model wants to be asked. Where it cannot be as the caller said, `reasoning` is noted as dropped. */
export function thinkingFields(asked: ThinkingRequest, rules: ClaudeRules, notes: EncodingNotes): ThinkingFields {
  const { reasoning } = asked;
  if (reasoning === undefined || saysNothing(reasoning)) {
    return {};
  }
  const effort = effortOf(reasoning);
  if (rules.thinking === 'none' || (effort !== undefined && !BUDGET_TOKENS.has(effort))) {
    return withoutEffect(effort, notes);
  }
  if (effort === 'none') {
    return withoutThinking(rules, notes);
  }
  if (!isPossible(asked, rules)) {
    notes.drop('reasoning');
    return withoutThinking(rules, notes);
  }
  return rules.thinking === 'adaptive'
    ? adaptive(reasoning, effort, rules)
    : { thinking: { type: 'enabled', budget_tokens: budgetTokens(reasoning, asked.maxTokens), ...display(rules) } };
}

/** Not to be shown what the model may or may not think asks for no thought. */
function saysNothing({ effort, budgetTokens: budget, show }: Reasoning): boolean {
  return effort === undefined && budget === undefined && show === 'none';
}

/** The effort, or the least one whose budget is the one that was asked for; `undefined`: as much as the model sees fit. */
function effortOf({ effort, budgetTokens: budget }: Reasoning): string | undefined {
  if (effort !== undefined || budget === undefined) {
    return effort;
  }
  return EFFORTS.find((candidate) => (BUDGET_TOKENS.get(candidate) ?? 0) >= budget) ?? 'max';
}

/** A model that cannot reason does what `none` asks for. */
function withoutEffect(effort: string | undefined, notes: EncodingNotes): ThinkingFields {
  if (effort !== 'none') {
    notes.drop('reasoning');
  }
  return {};
}

/**
 * A model that decides by itself reasons in a loop of calls whose thoughts are lost, and with a forced tool; to switch it off in midst of
 * the loop would cost its cache. One that always reasons takes what hinders others. Source: Anthropic's page "Thinking in tool and
 * multi-turn workflows", 2026-11.
 */
function isPossible({ isBegun, isHindered, maxTokens }: ThinkingRequest, rules: ClaudeRules): boolean {
  return rules.thinking === 'adaptive'
    ? !isBegun || rules.thinkingOff === 'never'
    : maxTokens > MIN_BUDGET_TOKENS && !isBegun && !isHindered;
}

function withoutThinking(rules: ClaudeRules, notes: EncodingNotes): ThinkingFields {
  if (rules.thinkingOff !== 'never') {
    return { thinking: { type: rules.thinkingOff } };
  }
  notes.drop('reasoning');
  const [least] = rules.efforts;
  return least === undefined ? {} : { effort: least };
}

function adaptive({ show }: Reasoning, effort: string | undefined, rules: ClaudeRules): ThinkingFields {
  const nearest = effort === undefined ? undefined : nearestEffort(effort, rules.efforts);
  return {
    thinking: { type: 'adaptive', ...display(rules, show) },
    ...defined({ effort: nearest }),
  };
}

/**
 * The model's effort that is at most the one asked for, else its least; `undefined` where it takes none. A word that is no effort stays:
 * the vendor judges it.
 */
export function nearestEffort(effort: string, offered: readonly string[]): string | undefined {
  const limit = EFFORTS.indexOf(effort);
  if (limit === -1 && offered.length > 0) {
    return effort;
  }
  return offered.findLast((candidate) => EFFORTS.indexOf(candidate) <= limit) ?? offered[0];
}

/** A budget must be less than `max_tokens`. */
function budgetTokens({ effort, budgetTokens: asked }: Reasoning, maxTokens: number): number {
  const wanted =
    asked === undefined
      ? Math.min(BUDGET_TOKENS.get(effort ?? DEFAULT_BUDGET_EFFORT) ?? 0, Math.floor(maxTokens * MAX_BUDGET_SHARE))
      : Math.min(asked, maxTokens - 1);
  return Math.max(MIN_BUDGET_TOKENS, wanted);
}

/** Only models that take an effort know how to be shown: the operator may say so for others. */
function display(rules: ClaudeRules, show?: Reasoning['show']): JsonObject {
  const shown = show === undefined ? rules.thinkingDisplay : DISPLAYS[show];
  return shown === undefined ? {} : { display: shown };
}

const DISPLAYS = { none: 'omitted', summary: 'summarized', all: 'summarized' } as const;

/** A whole block of Claude's as the proof of the part that it became, on whichever host Claude gave it: `thinking`, `redacted_thinking`. */
export function blockProof(block: JsonObject): Native {
  return { dialect: 'anthropic-messages', value: block, ifForeign: 'ignore' };
}

/**
 * The block of reasoning that Claude checks when a reasoning part comes back: `{type: "thinking", thinking, signature}` or
 * `{type: "redacted_thinking", data}`. `undefined` for any other part, and for a block without its signature or data, which would be
 * answered with 400.
 */
export function replayedThinking(part: Part): JsonObject | undefined {
  const block = part.kind === 'reasoning' ? nativeValue(part.proof, 'anthropic-messages') : undefined;
  const thinking = stringMember(block, 'thinking');
  const signature = stringMember(block, 'signature');
  const data = stringMember(block, 'data');
  switch (block?.type) {
    case 'thinking':
      return thinking === undefined || !signature ? undefined : { type: 'thinking', thinking, signature };
    case 'redacted_thinking':
      return !data ? undefined : { type: 'redacted_thinking', data };
    default:
      return undefined;
  }
}

/**
 * Whether the model is in the midst of calling tools and none of its reasoning of this turn came back. The API then refuses to reason
 * further ("expected thinking, but found tool_use"). A turn begins with the last user message that carries no tool results.
 */
export function hasLostThinking(turns: readonly ConversationTurn[]): boolean {
  const spoken = turns.filter((turn) => turn.role !== 'system');
  const last = spoken.at(-1);
  if (last?.role !== 'user' || last.results.length === 0) {
    return false;
  }
  const begin = spoken.findLastIndex((turn) => turn.role === 'user' && turn.results.length === 0);
  const steps = spoken.slice(begin + 1).filter((turn) => turn.role === 'assistant');
  return steps.length > 0 && !steps.some(({ parts }) => parts.some((part) => replayedThinking(part) !== undefined));
}
