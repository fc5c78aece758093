import type { Prompt } from '../../model/prompt.ts';
import type { ClaudeRules } from '../claude/claude-rules.ts';
import type { StrictBudget } from '../claude/strict-budget.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import type { Target } from '../protocol.ts';

/** One request for one model, while it is written. */
export interface AnthropicTask {
  readonly prompt: Prompt;
  readonly target: Target;
  readonly rules: ClaudeRules;
  /** What the format and then the tools, in their order, may still hold the model to. */
  readonly strict: StrictBudget;
  readonly notes: EncodingNotes;
}

/** What Anthropic requires where nobody says: enough for any answer, and within every model since 2025. */
const FALLBACK_MAX_TOKENS = 64_000;

/**
 * `max_tokens`: the caller's limit within the model's; without one, all that the model can give, as OpenAI has it. Of an answer that has
 * begun, what is left of it.
 */
export function maxTokensOf({ prompt, target, rules }: AnthropicTask): number {
  const limit = target.maxOutputTokens ?? rules.maxOutputTokens;
  const asked = prompt.limits.outputTokens ?? limit ?? FALLBACK_MAX_TOKENS;
  return Math.max(1, Math.min(asked, limit ?? asked) - (prompt.begun?.tokens ?? 0));
}
