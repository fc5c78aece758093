import type { ProtocolName } from '../model/gateway-config.ts';
import type { ModelRule } from '../protocols/model-rules.ts';

/** How little a model can be asked for. An operator corrects either under a deployment's `rules`. */
export interface ProbeRules {
  /** The tokens that the answer may have. One, unless the model refuses that, or would refuse to end within it. */
  readonly probeMaxTokens: number;
  /** `reasoning_effort`: what makes the model think least. `undefined`: not said, for servers that may not know the field. */
  readonly probeEffort: string | undefined;
}

/** What is asked of a model that no line names. */
export const PROBE_DEFAULTS: ProbeRules = { probeMaxTokens: 1, probeEffort: undefined };

/** What OpenAI's newer models and the servers that pass calls on to its Responses API take at least: fewer are a 400. */
const LEAST_OF_NEWER = 16;

/**
 * A reasoning model that reaches the limit in its thoughts answers 400, not an empty answer. Those that cannot be told not to think get
 * room for few thoughts; a probe is hung up on at the first token all the same.
 */
const ROOM_TO_THINK = 256;

const OPENAI_LINES: readonly ModelRule<ProbeRules>[] = [
  // OpenAI's and those of Groq, Azure and DashScope behind the same protocol.
  // the 400s of OpenAI's API, "Expected a value >= 16", 2026-11
  { match: /gpt-oss|qwen/i, rules: { probeMaxTokens: LEAST_OF_NEWER } },
  // the 400s of OpenAI's API, "Expected a value >= 16", 2026-11
  { match: /^(?:openai\/)?gpt-(?:[5-9]|\d{2,})/, rules: { probeMaxTokens: LEAST_OF_NEWER } },
  // OpenAI's guide "Reasoning models", `reasoning.effort`, 2026-11
  {
    match: /^(?:openai\/)?gpt-5(?:-mini|-nano)?(?:-\d{4}-\d{2}-\d{2})?$/,
    rules: { probeEffort: 'minimal' },
  },
  // OpenAI's guide "Reasoning models", `reasoning.effort`, 2026-11
  {
    match: /^(?:openai\/)?gpt-(?:5\.\d+|[6-9](?:\.\d+)?|\d{2,}(?:\.\d+)?)(?!.*(?:chat|codex|-pro))/,
    rules: { probeEffort: 'none' },
  },
  // the 400s of OpenAI's API, "Could not finish the message because max_tokens ... was reached", 2026-11
  {
    match: /^(?:openai\/)?o\d/,
    rules: { probeMaxTokens: ROOM_TO_THINK, probeEffort: 'low' },
  },
];

/** Claude is told not to think, or to think little where it always does. A thought is a token like any other. */
const CLAUDE_LINES: readonly ModelRule<ProbeRules>[] = [
  // Anthropic, "Extended thinking", 2026-11
  { match: /claude/, rules: { probeEffort: 'none' } },
];

/** Gemini ends an answer at the limit with MAX_TOKENS, thoughts or not, so that one token is enough. */
const GEMINI_LINES: readonly ModelRule<ProbeRules>[] = [
  // ai.google.dev/gemini-api/docs/thinking, 2026-11
  { match: /./, rules: { probeEffort: 'none' } },
];

/** The lines of each protocol, each with its source. */
export const PROBE_LINES = {
  openai: OPENAI_LINES,
  'openai-responses': OPENAI_LINES,
  anthropic: CLAUDE_LINES,
  gemini: GEMINI_LINES,
  bedrock: CLAUDE_LINES,
} as const satisfies Record<ProtocolName, readonly ModelRule<ProbeRules>[]>;
