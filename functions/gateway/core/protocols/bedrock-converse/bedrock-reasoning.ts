import type { JsonObject } from '../../wire/json.ts';
import { type ThinkingFields, thinkingFields } from '../anthropic-messages/anthropic-thinking.ts';
import { hasLostThinking } from '../anthropic-messages/thinking-blocks.ts';
import type { BedrockTask } from './bedrock-task.ts';

/** What a request says about reasoning. */
export interface ReasoningFields {
  /** Members of `additionalModelRequestFields`. */
  readonly additional: JsonObject;
  /** `outputConfig.effort`. */
  readonly effort?: string;
  /** Whether Claude thinks, which restricts sampling. */
  readonly isThinking: boolean;
}

/** Translates `reasoning_effort`. Where it cannot be as the caller said, it is noted as dropped. */
export function reasoningFields(task: BedrockTask, isToolForced: boolean): ReasoningFields {
  const effort = task.request.reasoning_effort;
  if (effort === undefined) {
    return withoutThinking({});
  }
  switch (task.rules.reasoning) {
    case 'thinking':
      return claudeThinking(task, isToolForced);
    case 'reasoning-config':
      return withoutThinking(novaReasoning(effort, task));
    case 'reasoning-effort':
      return withoutThinking(plainEffort(effort, task));
    case 'none':
      if (effort !== 'none') {
        task.notes.drop('reasoning_effort');
      }
      return withoutThinking({});
  }
}

function withoutThinking(additional: JsonObject): ReasoningFields {
  return { additional, isThinking: false };
}

/** As at Anthropic itself: the effort is a field of Converse's, the rest is Claude's own. */
function claudeThinking(task: BedrockTask, isToolForced: boolean): ReasoningFields {
  const { request, conversation, rules, notes, maxOutputTokens } = task;
  const asked = request.max_completion_tokens ?? request.max_tokens;
  const fields: ThinkingFields = thinkingFields(
    {
      effort: request.reasoning_effort,
      maxTokens: Math.min(asked ?? Number.POSITIVE_INFINITY, maxOutputTokens ?? Number.POSITIVE_INFINITY),
      isForbidden:
        isToolForced || hasLostThinking(conversation.turns) || conversation.turns.at(-1)?.role === 'assistant',
    },
    rules.claude,
    notes,
  );
  const { thinking, effort } = fields;
  return {
    additional: thinking === undefined ? {} : { thinking },
    ...(effort === undefined ? {} : { effort }),
    isThinking: thinking?.type === 'adaptive' || thinking?.type === 'enabled',
  };
}

/** OpenAI's efforts as the three that Nova and gpt-oss have. */
const THREE_EFFORTS: ReadonlyMap<string, string> = new Map([
  ['minimal', 'low'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['xhigh', 'high'],
  ['max', 'high'],
]);

/** `high` is refused beside a limit of tokens or any sampling parameter. Source: Amazon Nova 2 user guide, "Extended thinking". */
function novaReasoning(asked: string, { request, notes }: BedrockTask): JsonObject {
  if (asked === 'none') {
    return { reasoningConfig: { type: 'disabled' } };
  }
  const effort = THREE_EFFORTS.get(asked);
  if (effort === undefined) {
    notes.drop('reasoning_effort');
    return {};
  }
  const { max_tokens, max_completion_tokens, temperature, top_p, top_k } = request;
  const isLimited = [max_tokens, max_completion_tokens, temperature, top_p, top_k].some((value) => value !== undefined);
  const maxReasoningEffort = effort === 'high' && isLimited ? 'medium' : effort;
  return { reasoningConfig: { type: 'enabled', maxReasoningEffort } };
}

/** gpt-oss always reasons. */
function plainEffort(asked: string, { notes }: BedrockTask): JsonObject {
  const effort = THREE_EFFORTS.get(asked);
  if (effort === undefined) {
    notes.drop('reasoning_effort');
  }
  return effort === undefined ? {} : { reasoning_effort: effort };
}
