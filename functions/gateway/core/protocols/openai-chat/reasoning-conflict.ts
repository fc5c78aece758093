import type { Encoding } from '../protocol.ts';
import type { ChatBody } from './chat-body.ts';
import type { OpenAiRules } from './openai-rules.ts';

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
export function refusesTools(
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
