import type { Prompt } from '../../model/prompt.ts';
import type { ClaudeRules, StrictBudget } from '../claude/claude-rules.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import type { Target } from '../protocol.ts';

/** One request for one model, while it is written. */
export interface AnthropicTask {
  readonly prompt: Prompt;
  readonly target: Target;
  readonly rules: ClaudeRules;
  /** `max_tokens`. */
  readonly maxTokens: number;
  /** What the format and then the tools, in their order, may still hold the model to. */
  readonly strict: StrictBudget;
  readonly notes: EncodingNotes;
}
