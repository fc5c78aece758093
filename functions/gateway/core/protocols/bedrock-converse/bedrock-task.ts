import type { Prompt } from '../../model/prompt.ts';
import type { StrictBudget } from '../claude/claude-rules.ts';
import type { Conversation } from '../conversation-turns.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import type { DocumentNames } from './bedrock-document-names.ts';
import type { BedrockRules } from './bedrock-rules.ts';

/** One request on its way to Converse: what every part of the translation reads. */
export interface BedrockTask {
  readonly prompt: Prompt;
  /** With what has been answered already. */
  readonly conversation: Conversation;
  readonly rules: BedrockRules;
  /** The model's largest answer in tokens, where it is known. */
  readonly maxOutputTokens: number | undefined;
  readonly documentNames: DocumentNames;
  /** What the format and then the tools, in their order, may still hold the model to. */
  readonly strict: StrictBudget;
  readonly notes: EncodingNotes;
}

/** The caller's limit within the model's; of an answer that has begun, what is left of it. Without one, Converse takes the model's largest. */
export function maxTokensOf({ prompt, maxOutputTokens }: BedrockTask): number | undefined {
  const asked = prompt.limits.outputTokens;
  return asked === undefined
    ? undefined
    : Math.max(1, Math.min(asked, maxOutputTokens ?? asked) - (prompt.begun?.tokens ?? 0));
}
