import { defined } from '../../model/defined.ts';
import type { Reasoning } from '../../model/prompt.ts';
import { type JsonObject, numberMember, objectMember, stringMember } from '../../wire/json.ts';
import { hasLostThinking, nearestEffort, type ThinkingFields, thinkingFields } from '../claude/claude-thinking.ts';
import { conversationTurns, turnsToAnswer } from '../conversation-turns.ts';
import type { AnthropicTask } from './anthropic-task.ts';
import { forcesCall } from './anthropic-tools.ts';

/** The members `thinking` and `output_config` where the model does not take them as the caller wrote them; `undefined`: to be left out. */
export function ownReasoning(task: AnthropicTask, maxTokens: number): JsonObject {
  const { body } = task.prompt.original;
  const fields = otherThinking(task, maxTokens);
  const config = objectMember(body, 'output_config');
  return {
    ...(fields !== undefined && { thinking: fields.thinking }),
    ...(config === undefined && fields?.effort === undefined
      ? {}
      : { output_config: takenConfig(config ?? {}, fields, task) }),
  };
}

/** How reasoning is to be asked for instead; `undefined`: as the caller wrote it. */
function otherThinking(task: AnthropicTask, maxTokens: number): ThinkingFields | undefined {
  const { prompt, rules } = task;
  const thinking = objectMember(prompt.original.body, 'thinking');
  switch (thinking?.type) {
    case 'disabled':
    case 'between_tools':
      return thinking.type === rules.thinkingOff || rules.thinking === 'none'
        ? undefined
        : askedAnew({ effort: 'none' }, task, maxTokens);
    case 'adaptive':
      return rules.thinking === 'adaptive' ? undefined : askedAnew(prompt.reasoning ?? {}, task, maxTokens);
    case 'enabled':
      return isTakenBudget(thinking, task, maxTokens) && !hasMoved(task)
        ? undefined
        : askedAnew({ ...budgetOf(thinking), ...prompt.reasoning }, task, maxTokens);
    default:
      return undefined;
  }
}

/** Whether another vendor's model has called the tools whose results come: Claude then does not go on with a budget for thoughts. */
function hasMoved({ prompt, rules }: AnthropicTask): boolean {
  return hasLostThinking(conversationTurns(turnsToAnswer(prompt), rules.systemTurns).turns);
}

function askedAnew(reasoning: Reasoning, { prompt, rules, notes }: AnthropicTask, maxTokens: number): ThinkingFields {
  const { turns } = conversationTurns(turnsToAnswer(prompt), rules.systemTurns);
  const isForcing = forcesCall(objectMember(prompt.original.body, 'tool_choice'));
  const isBegun = turns.at(-1)?.role === 'assistant';
  return thinkingFields(
    { reasoning, maxTokens, isBegun, isHindered: isForcing || hasLostThinking(turns) },
    rules,
    notes,
  );
}

function budgetOf(thinking: JsonObject): Reasoning {
  return defined({ budgetTokens: numberMember(thinking, 'budget_tokens') });
}

/**
 * A budget must be less than `max_tokens`, which may have become less than the caller's; and an answer that has begun in words goes on
 * without reasoning.
 */
function isTakenBudget(thinking: JsonObject, { prompt, rules }: AnthropicTask, maxTokens: number): boolean {
  const hasBegun = prompt.begun !== undefined && prompt.begun.text !== '';
  const isTooMuch =
    (numberMember(thinking, 'budget_tokens') ?? 0) >= maxTokens && prompt.limits.outputTokens !== maxTokens;
  return rules.thinkingBudgets && rules.thinking !== 'none' && !hasBegun && !isTooMuch;
}

/** The effort that the model has, and every other member as it is. */
function takenConfig(
  config: JsonObject,
  fields: ThinkingFields | undefined,
  { rules, notes }: AnthropicTask,
): JsonObject | undefined {
  if (config.format !== undefined && !rules.structuredOutputs) {
    notes.refuseSetting('format', 'This Anthropic model cannot be held to a schema: leave output_config.format out.');
  }
  const asked = stringMember(config, 'effort') ?? fields?.effort;
  if (asked === undefined) {
    return config;
  }
  const effort = nearestEffort(asked, rules.efforts);
  const isTold = fields?.thinking?.type === 'enabled';
  if (effort === undefined && !isTold) {
    notes.drop('reasoning');
  }
  const { effort: _, ...others } = config;
  if (effort !== undefined) {
    return { ...config, effort };
  }
  return Object.keys(others).length === 0 ? undefined : others;
}
