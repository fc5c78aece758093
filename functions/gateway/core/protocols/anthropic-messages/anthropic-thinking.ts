import type { JsonObject } from '../../wire/json.ts';
import type { AnthropicRules } from './anthropic-rules.ts';
import type { EncodingNotes } from './encoding-notes.ts';

/** What a request says about reasoning. */
export interface ThinkingFields {
  /** The member `thinking`. */
  readonly thinking?: JsonObject;
  /** The member `output_config.effort`. */
  readonly effort?: string;
}

/** What decides how reasoning may be asked for. */
export interface ThinkingRequest {
  /** The caller's `reasoning_effort`. */
  readonly effort: string | undefined;
  readonly maxTokens: number;
  /** Whether something else in the request forbids reasoning: a forced tool, a prefill, lost thinking blocks. */
  readonly isForbidden: boolean;
}

/** The API's least budget. */
const MIN_BUDGET_TOKENS = 1024;

/** The share of `max_tokens` that reasoning may use, so that an answer is left. */
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

/** Asks for reasoning as the model wants to be asked. Where it cannot be as the caller said, `reasoning_effort` is noted as dropped. */
export function thinkingFields(asked: ThinkingRequest, rules: AnthropicRules, notes: EncodingNotes): ThinkingFields {
  const { effort } = asked;
  if (effort === undefined) {
    return {};
  }
  if (rules.thinking === 'none' || !BUDGET_TOKENS.has(effort)) {
    return withoutEffect(effort, notes);
  }
  if (effort === 'none') {
    return withoutThinking(rules, notes);
  }
  if (!isPossible(asked, rules)) {
    notes.drop('reasoning_effort');
    return withoutThinking(rules, notes);
  }
  return rules.thinking === 'adaptive' ? adaptive(effort, rules) : budget(effort, asked.maxTokens, rules);
}

/** A model that cannot reason does what `none` asks for. */
function withoutEffect(effort: string, notes: EncodingNotes): ThinkingFields {
  if (effort !== 'none') {
    notes.drop('reasoning_effort');
  }
  return {};
}

/** A model that always reasons is not forbidden to: it takes what forbids it in others. */
function isPossible(asked: ThinkingRequest, rules: AnthropicRules): boolean {
  const hasRoom = rules.thinking === 'adaptive' || asked.maxTokens > MIN_BUDGET_TOKENS;
  return hasRoom && (!asked.isForbidden || rules.thinkingOff === 'never');
}

function withoutThinking(rules: AnthropicRules, notes: EncodingNotes): ThinkingFields {
  if (rules.thinkingOff !== 'never') {
    return { thinking: { type: rules.thinkingOff } };
  }
  notes.drop('reasoning_effort');
  const [least] = rules.efforts;
  return least === undefined ? {} : { effort: least };
}

function adaptive(effort: string, rules: AnthropicRules): ThinkingFields {
  const nearest = nearestEffort(effort, rules.efforts);
  return {
    thinking: { type: 'adaptive', ...display(rules) },
    ...(nearest === undefined ? {} : { effort: nearest }),
  };
}

/** The model's effort that is at most the one asked for, else its least. */
function nearestEffort(effort: string, offered: readonly string[]): string | undefined {
  const limit = EFFORTS.indexOf(effort);
  return offered.findLast((candidate) => EFFORTS.indexOf(candidate) <= limit) ?? offered[0];
}

function budget(effort: string, maxTokens: number, rules: AnthropicRules): ThinkingFields {
  const wanted = Math.min(BUDGET_TOKENS.get(effort) ?? 0, Math.floor(maxTokens * MAX_BUDGET_SHARE));
  return {
    thinking: { type: 'enabled', budget_tokens: Math.max(MIN_BUDGET_TOKENS, wanted), ...display(rules) },
  };
}

function display(rules: AnthropicRules): JsonObject {
  return rules.thinkingDisplay === undefined ? {} : { display: rules.thinkingDisplay };
}
