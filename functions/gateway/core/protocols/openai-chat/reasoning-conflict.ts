import type { Prompt } from '../../model/prompt.ts';
import { openaiResponses } from '../openai-responses/openai-responses.ts';
import type { Encoding, Protocol, Target } from '../protocol.ts';
import type { ChatBody } from './openai-chat-request.ts';
import { type OpenAiRules, openAiRules } from './openai-rules.ts';

/**
 * Why a model would refuse the request's reasoning effort; `undefined` where it would not. Refusing here lets another deployment serve it.
 * The effort is not turned off instead: that would change the answer unasked. Source: openai/openai-openapi#541.
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
  return refusesTools({ hasFunctions, effort }, rules)
    ? unsupported(
        `${model} takes function tools on this endpoint only without reasoning: set reasoning_effort to "none", or leave the tools out.`,
      )
    : undefined;
}

/** Whether a model refuses functions beside this effort, or beside the effort that it has by itself, on chat. */
function refusesTools(
  { hasFunctions, effort }: { readonly hasFunctions: boolean; readonly effort: string | undefined },
  { toolsWithReasoning }: Pick<OpenAiRules, 'toolsWithReasoning'>,
): boolean {
  switch (toolsWithReasoning) {
    case 'always':
      return false;
    case 'unless-effort-is-set':
      return hasFunctions && effort !== undefined && effort !== 'none';
    case 'only-without-effort':
      return hasFunctions && effort !== 'none';
  }
}

function unsupported(message: string): Extract<Encoding, { kind: 'unsupported' }> {
  return { kind: 'unsupported', param: 'reasoning_effort', message };
}

/**
 * The Responses API in place of chat: where the caller speaks it, so that nothing is lost, and where the model refuses on chat what is
 * asked. Only at hosts that are known to have it, or where the operator says so in the deployment's `rules`.
 */
export function responsesInstead(prompt: Prompt, { model, rules, hasResponses }: Target): Protocol | undefined {
  const known = openAiRules(model, rules);
  const use = hasResponses === true || rules?.responses !== undefined ? known.responses : 'never';
  switch (use) {
    case 'never':
      return undefined;
    case 'always':
      return openaiResponses;
    case 'where-chat-refuses':
      return isOwn(prompt) || refusesTools(asked(prompt), known) ? openaiResponses : undefined;
    case 'with-tools':
      return isOwn(prompt) || refusesTools(asked(prompt), { toolsWithReasoning: 'only-without-effort' })
        ? openaiResponses
        : undefined;
  }
}

function isOwn({ original }: Prompt): boolean {
  return original.dialect === 'openai-responses';
}

function asked({ tools, reasoning }: Prompt): Parameters<typeof refusesTools>[0] {
  return { hasFunctions: tools.some(({ kind }) => kind === 'function'), effort: effortOf(reasoning) };
}

/** A budget of thoughts is told as an effort. */
function effortOf(reasoning: Prompt['reasoning']): string | undefined {
  const budgeted = reasoning?.budgetTokens === undefined ? undefined : 'medium';
  return reasoning?.effort ?? (reasoning?.budgetTokens === 0 ? 'none' : budgeted);
}
