import type { Prompt } from '../../model/prompt.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import type { Encoding } from '../protocol.ts';
import type { ChatBody } from './chat-body.ts';
import type { OpenAiRules, ResponsesRules } from './openai-rules.ts';

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

/** Budgets from least to most, and the effort that each is nearest to: the reverse of what efforts are given elsewhere. */
const BUDGETS: readonly (readonly [number, string])[] = [
  [1024, 'minimal'],
  [4096, 'low'],
  [16_384, 'medium'],
];

/** The `reasoning_effort` that is nearest to a budget of thinking tokens; `undefined` without one. */
export function effortOfBudget(budgetTokens: number | undefined): string | undefined {
  if (budgetTokens === undefined) {
    return undefined;
  }
  return budgetTokens === 0 ? 'none' : (BUDGETS.find(([most]) => budgetTokens <= most)?.[1] ?? 'high');
}

/**
 * Why a model would refuse the request's reasoning effort; `undefined` where it would not. Refusing here lets another deployment serve it.
 * The effort is not turned off instead: that would change the answer unasked. Source: openai/openai-openapi#541, 2026-09.
 */
export function reasoningConflict(
  request: ChatBody,
  rules: OpenAiRules,
  model: string,
): Extract<Encoding, { kind: 'unsupported' }> | undefined {
  const effort = request.reasoning_effort;
  if (effort !== undefined && rules.refusedEfforts.includes(effort)) {
    return unsupported(`${model} does not know reasoning_effort "${effort}".`);
  }
  const hasFunctions = request.tools?.some((tool) => tool.type === 'function') === true;
  if (refusesTools({ hasFunctions, effort }, rules)) {
    return unsupported(
      `${model} takes function tools on this endpoint only without reasoning: set reasoning_effort to "none", or leave the tools out.`,
    );
  }
  const shape = LOGPROBS.find((name) => (request[name] ?? false) !== false);
  return shape !== undefined && reasonsInSpite(effort, rules.samplingWithReasoning)
    ? unsupported(
        `${model} gives no log probabilities when it reasons: set reasoning_effort to "none", or leave ${shape} out.`,
      )
    : undefined;
}

/** Whether a model refuses functions beside this effort, or beside the effort that it has by itself, on chat. */
export function refusesTools(
  { hasFunctions, effort }: { readonly hasFunctions: boolean; readonly effort: string | undefined },
  { toolsWithReasoning }: Pick<OpenAiRules, 'toolsWithReasoning'>,
): boolean {
  return hasFunctions && reasonsInSpite(effort, toolsWithReasoning);
}

const LOGPROBS: readonly string[] = ['logprobs', 'top_logprobs'];
const SAMPLING: ReadonlySet<string> = new Set([
  ...['temperature', 'top_p', 'presence_penalty', 'frequency_penalty', 'logit_bias'],
]);

/** Whether a sampling setting is refused beside the effort that is asked for, or beside the one that the model has by itself. */
export function isRefusedBeside(
  name: string,
  { reasoning_effort: effort }: Pick<ChatBody, 'reasoning_effort'>,
  { samplingWithReasoning }: Pick<OpenAiRules, 'samplingWithReasoning'>,
): boolean {
  return SAMPLING.has(name) && reasonsInSpite(effort, samplingWithReasoning);
}

/** Whether the model reasons where it may not. */
function reasonsInSpite(effort: string | undefined, takes: OpenAiRules['toolsWithReasoning']): boolean {
  switch (takes) {
    case 'always':
      return false;
    case 'unless-effort-is-set':
      return effort !== undefined && effort !== 'none';
    case 'only-without-effort':
      return effort !== 'none';
  }
}

function unsupported(message: string): Extract<Encoding, { kind: 'unsupported' }> {
  return { kind: 'unsupported', param: 'reasoning_effort', message };
}
