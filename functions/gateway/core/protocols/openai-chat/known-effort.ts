import type { Prompt } from '../../model/prompt.ts';
import { effortOfBudget } from '../effort-of-budget.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import type { ResponsesRules } from '../openai-responses/responses-rules.ts';
import type { OpenAiRules } from './openai-rules.ts';

/** From none to most. */
const EFFORTS: readonly string[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** What is known of a model's efforts. */
interface ModelsEfforts {
  readonly rules: Pick<OpenAiRules, 'refusedEfforts'>;
  readonly reasons: ResponsesRules['reasons'];
}

/**
 * The prompt with an effort that the model knows, where the caller speaks of thinking in Anthropic's words: off, a budget, or an effort of
 * Claude's, for which the nearest one stands here. A model that knows none of them gets none. An effort in OpenAI's own words stays as it is.
 */
export function withKnownEffort(
  prompt: Prompt,
  { rules: { refusedEfforts }, reasons }: ModelsEfforts,
  notes: EncodingNotes,
): Prompt {
  if (prompt.original.dialect !== 'anthropic-messages' || prompt.reasoning === undefined) {
    return prompt;
  }
  const { reasoning, ...rest } = prompt;
  const effort = reasoning.effort ?? effortOfBudget(reasoning.budgetTokens);
  if (effort === undefined) {
    return prompt;
  }
  const known = reasons === 'no' ? undefined : nearestEffort(effort, refusedEfforts);
  if (known === undefined) {
    noteLoss(effort, notes);
    return rest;
  }
  return known === effort ? prompt : { ...rest, reasoning: { ...reasoning, effort: known } };
}

/** Where nothing is to be thought, nothing is lost. */
function noteLoss(effort: string, notes: EncodingNotes): void {
  if (effort !== 'none') {
    notes.drop('reasoning');
  }
}

/** Little becomes no less, and much no more, but thinking that is asked for is not turned off. */
function nearestEffort(effort: string, refused: readonly string[]): string | undefined {
  const isKnown = (name: string): boolean => !refused.includes(name);
  if (isKnown(effort)) {
    return effort;
  }
  const place = EFFORTS.indexOf(effort);
  return place < EFFORTS.indexOf('medium')
    ? EFFORTS.slice(place).find(isKnown)
    : EFFORTS.slice(1, place).findLast(isKnown);
}
