import { arrayMember, isJsonObject, type JsonObject, objectMember } from '../../wire/json.ts';
import { claudeSampling } from '../claude/claude-sampling.ts';
import { objectRoot } from '../object-root.ts';
import type { AnthropicTask } from './anthropic-task.ts';
import { CANNOT_FORCE, forcesCall } from './anthropic-tools.ts';
import { ownMessages } from './own-messages.ts';
import { ownReasoning } from './own-reasoning.ts';

/**
 * The caller's own body of the Messages API. What the gateway owns is set (the model, the way of streaming, the limit within the model's,
 * what has been answered already), and what this model is known to answer with 400 is changed or refused, since the caller wrote for
 * another one. All else stays as it is, word for word. Members may be `undefined`.
 */
export function ownBody(task: AnthropicTask): JsonObject {
  const { body } = task.prompt.original;
  refuseForcedCall(body, task);
  if ((body.thread ?? null) !== null) {
    task.notes.dropMember('thread');
  }
  return {
    ...body,
    ...takenSampling(body, task),
    ...takenTools(body, task),
    ...ownReasoning(task, task.maxTokens),
    messages: ownMessages(task),
    model: task.target.model,
    max_tokens: task.maxTokens,
    stream: task.target.streaming,
    // Whoever answers the next turn has not heard this one.
    thread: undefined,
  };
}

function refuseForcedCall(body: JsonObject, { rules, notes }: AnthropicTask): void {
  if (forcesCall(objectMember(body, 'tool_choice')) && !rules.forcedTools) {
    notes.refuseSetting('toolUse', CANNOT_FORCE);
  }
}

/** Members to leave out, as `undefined`. Where the model takes no other value, the one that changes nothing is taken. */
function takenSampling(body: JsonObject, { prompt, rules, notes }: AnthropicTask): JsonObject {
  const kept = claudeSampling(prompt.sampling, rules, false, notes);
  const members = [
    ['temperature', 'temperature'],
    ['top_p', 'topP'],
    ['top_k', 'topK'],
  ] as const;
  const isTaken = (name: string) => rules.sampling === 'none' && name !== 'top_k' && body[name] === 1;
  const refused = members.filter(([name, setting]) => kept[setting] === undefined && !isTaken(name));
  return Object.fromEntries(refused.map(([name]) => [name, undefined]));
}

/** Tools with an object at the root of their schemas, and that need not be strict where the model cannot be. */
function takenTools(body: JsonObject, { rules, notes }: AnthropicTask): JsonObject {
  const tools = arrayMember(body, 'tools');
  const rooted = tools.map(withObjectRoot);
  if (rules.structuredOutputs || !tools.some(isStrict)) {
    return rooted.every((tool, index) => tool === tools[index]) ? {} : { tools: rooted };
  }
  notes.drop('strict');
  return { tools: rooted.map((tool) => (isStrict(tool) ? notStrict(tool) : tool)) };
}

/** A union at the root cannot be strict. */
function withObjectRoot(tool: unknown): unknown {
  const schema = objectMember(tool, 'input_schema');
  const root = schema && objectRoot(schema);
  if (!isJsonObject(tool) || root === schema) {
    return tool;
  }
  return { ...(isStrict(tool) ? notStrict(tool) : tool), input_schema: root };
}

function isStrict(tool: unknown): tool is JsonObject {
  return isJsonObject(tool) && tool.strict === true;
}

function notStrict({ strict: _, ...tool }: JsonObject): JsonObject {
  return tool;
}
