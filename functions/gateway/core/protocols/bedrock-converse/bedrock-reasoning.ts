import { defined } from '../../model/defined.ts';
import type { Reasoning } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { hasLostThinking, thinkingFields } from '../claude/claude-thinking.ts';
import { type BedrockTask, maxTokensOf } from './bedrock-task.ts';

/** What a request says about reasoning. */
export interface ReasoningFields {
  /** Members of `additionalModelRequestFields`. */
  readonly additional: JsonObject;
  /** `outputConfig.effort`. */
  readonly effort?: string;
  /** Whether Claude thinks, which restricts sampling. */
  readonly isThinking: boolean;
}

/** Asks for reasoning as the model wants to be asked. Where it cannot be as the caller said, it is noted as dropped. */
export function reasoningFields(task: BedrockTask, isToolForced: boolean): ReasoningFields {
  const { prompt, rules, notes } = task;
  const effort = effortOf(prompt.reasoning);
  if (effort === undefined) {
    return withoutThinking({});
  }
  switch (rules.reasoning) {
    case 'thinking':
      return claudeThinking(task, isToolForced);
    case 'reasoning-config':
      return withoutThinking(novaReasoning(effort, task));
    case 'reasoning-effort':
      return withoutThinking(plainEffort(effort, task));
    case 'none':
      if (effort !== 'none') {
        notes.drop('reasoning');
      }
      return withoutThinking({});
  }
}

function withoutThinking(additional: JsonObject): ReasoningFields {
  return { additional, isThinking: false };
}

/** The most tokens of reasoning that an effort stands for, where the caller gives tokens; more than these are `high`. */
const BUDGETS: readonly (readonly [effort: string, most: number])[] = [
  ['none', 0],
  ['low', 2048],
  ['medium', 8192],
];

/** The effort where the caller asks for reasoning and not for how much of it. */
const DEFAULT_EFFORT = 'medium';

/** The caller's effort, or the one that its budget stands for; `undefined`: nothing is asked for. Not to be shown what is thought asks for nothing. */
function effortOf(reasoning: Reasoning | undefined): string | undefined {
  if (reasoning === undefined || reasoning.effort !== undefined) {
    return reasoning?.effort;
  }
  const { budgetTokens, show } = reasoning;
  if (budgetTokens !== undefined) {
    return BUDGETS.find(([, most]) => budgetTokens <= most)?.[0] ?? 'high';
  }
  return show === 'none' ? undefined : DEFAULT_EFFORT;
}

/** As at Anthropic itself: the effort is a field of Converse's, the rest is Claude's own. */
function claudeThinking(task: BedrockTask, isToolForced: boolean): ReasoningFields {
  const { prompt, conversation, rules, notes } = task;
  const maxTokens = maxTokensOf(task) ?? task.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const { thinking, effort } = thinkingFields(
    {
      reasoning: prompt.reasoning,
      maxTokens,
      isBegun: conversation.turns.at(-1)?.role === 'assistant',
      isHindered: isToolForced || hasLostThinking(conversation.turns),
    },
    rules.claude,
    notes,
  );
  return {
    additional: thinking === undefined ? {} : { thinking },
    ...defined({ effort }),
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

/** `high` is refused beside a limit of tokens or any sampling parameter. Source: Amazon Nova 2 user guide, "Extended thinking", 2026-11. */
function novaReasoning(asked: string, { prompt, notes }: BedrockTask): JsonObject {
  if (asked === 'none') {
    return { reasoningConfig: { type: 'disabled' } };
  }
  const effort = THREE_EFFORTS.get(asked);
  if (effort === undefined) {
    notes.drop('reasoning');
    return {};
  }
  const { temperature, topP, topK } = prompt.sampling;
  const isLimited = [prompt.limits.outputTokens, temperature, topP, topK].some((value) => value !== undefined);
  const maxReasoningEffort = effort === 'high' && isLimited ? 'medium' : effort;
  return { reasoningConfig: { type: 'enabled', maxReasoningEffort } };
}

/** gpt-oss always reasons. */
function plainEffort(asked: string, { notes }: BedrockTask): JsonObject {
  const effort = THREE_EFFORTS.get(asked);
  if (effort === undefined) {
    notes.drop('reasoning');
  }
  return effort === undefined ? {} : { reasoning_effort: effort };
}
