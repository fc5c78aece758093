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
  return refusesTools(request, rules)
    ? unsupported(
        `${model} takes function tools on this endpoint only without reasoning: set reasoning_effort to "none", or leave the tools out.`,
      )
    : undefined;
}

function refusesTools({ tools, reasoning_effort: effort }: ChatBody, rules: OpenAiRules): boolean {
  const hasFunctions = tools?.some((tool) => tool.type === 'function') === true;
  switch (rules.toolsWithReasoning) {
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
