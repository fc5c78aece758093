import type { Vendor } from '../../model/vendor.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type ModelRule, modelRules } from '../model-rules.ts';
import type { ClosedSchema } from './closed-schema.ts';

/** What one Claude, or a model behind a server of the Messages API, accepts on any host. An operator corrects any of these under a deployment's `rules`. */
export interface ClaudeRules {
  /** Which of `temperature`, `top_p`, `top_k` are taken. `one`: `temperature` or `top_p`, not both. */
  readonly sampling: 'all' | 'one' | 'none';
  /** How reasoning is asked for. `adaptive`: the model decides, guided by an effort; `budget`: a number of tokens; `none`: it cannot reason. */
  readonly thinking: 'adaptive' | 'budget' | 'none';
  /** Whether a number of tokens is taken beside what `thinking` says. */
  readonly thinkingBudgets: boolean;
  /** The `thinking.type` that stands for no reasoning; `never`: the model always reasons. */
  readonly thinkingOff: 'disabled' | 'between_tools' | 'never';
  /** Sent as `thinking.display` where set. The newest models show no reasoning text unless it is `summarized`. */
  readonly thinkingDisplay: 'summarized' | 'omitted' | undefined;
  /** The values of `output_config.effort`, from least to most; empty: it is not taken. An effort is asked for with `adaptive` thinking. */
  readonly efforts: readonly string[];
  /** Whether `tool_choice` may force a tool. */
  readonly forcedTools: boolean;
  /** Whether `output_config.format` and `strict` tools exist. Without, a schema is asked for as a forced tool. */
  readonly structuredOutputs: boolean;
  /** The names that a tool's arguments may have; `any`: not known to be limited. */
  readonly argumentNames: 'plain' | 'any';
  /** Whether the conversation may end with the assistant's words, to be continued. */
  readonly prefill: boolean;
  /** Whether `messages` may have the role `system`. */
  readonly systemTurns: boolean;
  /** The documents that it takes: texts and PDFs, PDFs alone, or none. What it does not take goes as text where it is one. */
  readonly documents: 'any' | 'pdf' | 'none';
  /** The largest `max_tokens`; `undefined`: not known. */
  readonly maxOutputTokens: number | undefined;
}

/** The rules of `model` with the operator's corrections. `vendor`: whose servers it is behind. */
export function claudeRules(model: string, configured: JsonObject | undefined, vendor?: Vendor): ClaudeRules {
  return modelRules(RULES, model, configured, vendor);
}

const ALL_EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'];

/** For servers of this protocol that are not Anthropic's, and their models: what was common to it for years. */
const OTHER_SERVERS: ClaudeRules = {
  sampling: 'all',
  thinking: 'budget',
  thinkingBudgets: true,
  thinkingOff: 'disabled',
  thinkingDisplay: undefined,
  efforts: ALL_EFFORTS,
  forcedTools: true,
  structuredOutputs: false,
  argumentNames: 'any',
  prefill: true,
  systemTurns: false,
  documents: 'pdf',
  maxOutputTokens: undefined,
};

/** For a Claude that this table does not know: what the newest ones have in common. */
const NEWEST: ClaudeRules = {
  sampling: 'none',
  thinking: 'adaptive',
  thinkingBudgets: false,
  thinkingOff: 'never',
  thinkingDisplay: undefined,
  efforts: ALL_EFFORTS,
  forcedTools: false,
  structuredOutputs: true,
  argumentNames: 'plain',
  prefill: false,
  systemTurns: true,
  documents: 'any',
  maxOutputTokens: 128_000,
};

const BUDGET_ERA: Partial<ClaudeRules> = {
  sampling: 'one',
  thinking: 'budget',
  thinkingBudgets: true,
  thinkingOff: 'disabled',
  efforts: [],
  forcedTools: true,
  prefill: true,
  systemTurns: false,
  maxOutputTokens: 64_000,
};

/**
 * Each line with its source, under platform.claude.com/docs. Ids are matched inside longer ones (`us.anthropic.claude-...-v1:0`), with `-`
 * or `.` between the digits.
 */
export const CLAUDE_LINES: readonly ModelRule<ClaudeRules>[] = [
  // Anthropic, "Models overview" and the pages of each model, 2026-11
  { match: /claude/, rules: NEWEST },
  // Anthropic, migration guides of each model, 2026-11
  { match: /claude-haiku-5[-.]5/, rules: { thinkingOff: 'disabled', forcedTools: true } },
  // Anthropic, migration guides of each model, 2026-11
  { match: /claude-sonnet-5[-.]5/, rules: { thinkingOff: 'between_tools' } },
  // Anthropic, migration guides of each model, 2026-11
  { match: /claude-(fable|mythos)-5(?![-.]\d(?!\d))/, rules: { forcedTools: true } },
  // Anthropic, "Mid-conversation system messages", 2026-11
  { match: /claude-mythos-preview/, rules: { systemTurns: false } },
  // Anthropic, migration guides of each model, 2026-11
  {
    match: /claude-(opus|sonnet|haiku)-5(?![-.]\d(?!\d))/,
    rules: { thinkingOff: 'disabled', forcedTools: true },
  },
  // Anthropic, "Mid-conversation system messages", 2026-11
  { match: /claude-sonnet-5(?![-.]\d(?!\d))/, rules: { systemTurns: false } },
  // Anthropic, migration guides of each model, 2026-11
  { match: /claude-opus-4[-.][678]/, rules: { thinkingOff: 'disabled', forcedTools: true } },
  // Anthropic, "Mid-conversation system messages", 2026-11
  { match: /claude-(opus|sonnet)-4[-.][67]/, rules: { systemTurns: false } },
  // Anthropic, "Effort", 2026-11
  {
    match: /claude-(opus|sonnet)-4[-.]6/,
    rules: {
      sampling: 'one',
      thinkingBudgets: true,
      thinkingOff: 'disabled',
      forcedTools: true,
      efforts: ['low', 'medium', 'high', 'max'],
    },
  },
  // Anthropic, "Models overview" and the pages of each model, 2026-11
  { match: /claude-(opus|sonnet|haiku)-4[-.]5/, rules: BUDGET_ERA },
  // Anthropic, "Effort", 2026-11
  { match: /claude-opus-4[-.]5/, rules: { efforts: ['low', 'medium', 'high'] } },
  // Anthropic, "Structured outputs", 2026-11
  {
    match: /claude-(opus|sonnet)-4([-.][01](?!\d)|(?![-.]\d(?!\d)))/,
    rules: { ...BUDGET_ERA, structuredOutputs: false },
  },
  // Anthropic, "Models overview" and the pages of each model, 2026-11
  {
    match: /claude-opus-4([-.][01](?!\d)|(?![-.]\d(?!\d)))/,
    rules: { maxOutputTokens: 32_000 },
  },
  // Anthropic, migration guides of each model, 2026-11
  {
    match: /claude-(opus|sonnet)-4([-.]0(?!\d)|(?![-.]\d(?!\d)))/,
    rules: { sampling: 'all' },
  },
  // Anthropic, "Structured outputs", 2026-11
  {
    match: /claude-(v?[123]|instant)/,
    rules: { ...BUDGET_ERA, sampling: 'all', structuredOutputs: false },
  },
  // Anthropic, "Models overview" and the pages of each model, 2026-11
  {
    match: /claude-(v?[123](?![-.]7)|instant)/,
    rules: { thinking: 'none', maxOutputTokens: 4096 },
  },
  // Anthropic, "Models overview" and the pages of each model, 2026-11
  { match: /claude-3[-.]5/, rules: { maxOutputTokens: 8192 } },
  // api-docs.deepseek.com "Using the Anthropic API", and the references of the others: no document blocks, 2026-11
  {
    match: /^/,
    vendors: ['deepseek', 'moonshot', 'zhipu', 'llama.cpp', 'ollama', 'vllm'],
    rules: { documents: 'none' },
  },
];

const RULES = { defaults: OTHER_SERVERS, lines: CLAUDE_LINES };

/** What strict schemas of one request may have together. Source: Anthropic's page on structured outputs, "Schema complexity limits", and its 400s; read 2026-11. */
const LIMITS = { tools: 20, optionals: 24, unions: 16 } as const;

/** How much of the limits the schemas of one request have left. */
export interface StrictBudget {
  /** Whether a schema fits in beside those before it; then it counts. */
  readonly takes: (closed: ClosedSchema, what: 'tool' | 'format') => boolean;
}

/** The whole of the limits. */
export function strictBudget(): StrictBudget {
  let used = { tools: 0, optionals: 0, unions: 0 };
  return {
    takes: ({ optionals, unions }, what) => {
      const then = {
        tools: used.tools + (what === 'tool' ? 1 : 0),
        optionals: used.optionals + optionals,
        unions: used.unions + unions,
      };
      const fits = then.tools <= LIMITS.tools && then.optionals <= LIMITS.optionals && then.unions <= LIMITS.unions;
      used = fits ? then : used;
      return fits;
    },
  };
}
