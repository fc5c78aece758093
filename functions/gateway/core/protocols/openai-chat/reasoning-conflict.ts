import type { Encoding } from '../protocol.ts';
import type { ChatBody } from './openai-chat-request.ts';
import type { OpenAiRules } from './openai-rules.ts';

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
