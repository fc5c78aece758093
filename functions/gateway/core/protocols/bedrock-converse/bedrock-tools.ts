import type { ChatTool } from '../../model/chat-request.ts';
import type { JsonObject } from '../../wire/json.ts';
import { closedSchema } from '../anthropic-messages/closed-schema.ts';
import { STRUCTURED_ANSWER_TOOL } from '../anthropic-messages/structured-answer.ts';
import { cachePointAfter } from './bedrock-cache-points.ts';
import type { AnswerFormat } from './bedrock-response-format.ts';
import type { BedrockTask } from './bedrock-task.ts';
import { converseChoice, type WantedChoice, wantedChoice } from './bedrock-tool-choice.ts';

/** The tools of a request and which of them must be called. */
export interface ToolPlan {
  /** `toolConfig.tools`, with cache points. */
  readonly tools: readonly JsonObject[];
  readonly toolChoice?: JsonObject;
  /** Claude's own `tool_choice`, in place of `toolChoice`. */
  readonly claudeToolChoice?: JsonObject;
  /** Whether a call is forced, which does not go together with Claude's thinking. */
  readonly isForced: boolean;
  /** Text added to the system prompt. */
  readonly instruction?: string;
}

/** What stands for a `toolChoice` of none, which Converse does not have. */
const NO_CALLS_INSTRUCTION = 'Do not call any tool. Answer in text.';

/**
 * Translates `tools`, `tool_choice` and `parallel_tool_calls`. Converse refuses a history with tool calls where the request has no tools
 * (pentagi#196), also when the conversation fails over to it: the request's own tools or those that were called are then offered, and
 * the model is told not to call them.
 */
export function toolPlan(task: BedrockTask, format: AnswerFormat): ToolPlan {
  const wanted = wantedChoice(task);
  const offered = offeredTools(task, wanted);
  const isForcing = wanted.mode === 'required' || wanted.mode === 'one';
  const answerTool = format.kind === 'tool' && !isForcing ? [format.tool] : [];
  if (offered.length > 0 && wanted.mode !== 'none') {
    const tools = [...offered, ...answerTool];
    return planned(task, tools, answerTool.length > 0 ? { mode: 'required' } : wanted);
  }
  if (isForcing) {
    task.notes.refuse('tool_choice', 'tool_choice asks for a tool call, but the request has no such tool.');
  }
  const kept = toolsForHistory(task, offered);
  if (answerTool.length > 0) {
    return planned(task, [...kept, ...answerTool], { mode: 'one', name: STRUCTURED_ANSWER_TOOL });
  }
  return { tools: kept, isForced: false, ...(kept.length === 0 ? {} : { instruction: NO_CALLS_INSTRUCTION }) };
}

function offeredTools(task: BedrockTask, wanted: WantedChoice): readonly JsonObject[] {
  const tools = task.request.tools ?? [];
  if (tools.length > 0 && !task.rules.tools) {
    task.notes.refuse('tools', 'This model on Bedrock has no tools.');
  }
  return tools.flatMap((tool, index) => {
    const isAllowed = wanted.only?.has(tool.function?.name ?? '') ?? true;
    return isAllowed ? toolBlocks(tool, `tools[${index}]`, task) : [];
  });
}

function toolBlocks(tool: ChatTool, path: string, task: BedrockTask): readonly JsonObject[] {
  const { function: called } = tool;
  if (tool.type !== 'function' || called === undefined) {
    task.notes.refuse(path, `Bedrock takes tools of type "function"; got "${tool.type}".`);
    return [];
  }
  if (called.name === STRUCTURED_ANSWER_TOOL) {
    task.notes.refuse(`${path}.function.name`, `The tool name "${called.name}" is the gateway's own: use another.`);
  }
  const description = called.description?.trim() === '' ? undefined : called.description;
  const toolSpec = {
    name: called.name,
    ...(description === undefined ? {} : { description }),
    ...schemaFields(called, task),
  };
  return [{ toolSpec }, ...[tool, { ...called }].flatMap((mark) => cachePointAfter(mark, 'tool', task)).slice(0, 1)];
}

type CalledFunction = NonNullable<ChatTool['function']>;

const NO_PARAMETERS = { type: 'object', properties: {} };

/** A strict tool takes a closed schema; one that cannot be closed is offered without being strict. */
function schemaFields(called: CalledFunction, { rules, notes }: BedrockTask): JsonObject {
  const schema = called.parameters === undefined ? NO_PARAMETERS : { type: 'object', ...called.parameters };
  if (called.strict !== true) {
    return { inputSchema: { json: schema } };
  }
  const closed = rules.structuredOutput === 'native' ? closedSchema(schema) : undefined;
  if (closed === undefined) {
    notes.drop('strict');
    return { inputSchema: { json: schema } };
  }
  return { inputSchema: { json: closed }, strict: true };
}

/** What must be offered only because the history has tool calls: nothing where it has none. */
function toolsForHistory(task: BedrockTask, offered: readonly JsonObject[]): readonly JsonObject[] {
  const steps = task.conversation.turns.flatMap((turn) => (turn.role === 'assistant' ? turn.steps : []));
  const names = new Set(steps.flatMap((step) => step.message.tool_calls ?? []).map((call) => call.function.name));
  if (names.size === 0 || offered.length > 0) {
    return names.size === 0 ? [] : offered;
  }
  return [...names].map((name) => ({ toolSpec: { name, inputSchema: { json: NO_PARAMETERS } } }));
}

function planned(task: BedrockTask, tools: readonly JsonObject[], wanted: WantedChoice): ToolPlan {
  const forced = converseChoice(task, tools, wanted);
  const isForced = wanted.mode === 'required' || wanted.mode === 'one';
  if (task.request.parallel_tool_calls !== false) {
    return { ...forced, isForced };
  }
  if (!task.rules.serialToolCalls) {
    task.notes.drop('parallel_tool_calls');
    return { ...forced, isForced };
  }
  return {
    tools: forced.tools,
    claudeToolChoice: { ...claudeChoice(wanted), disable_parallel_tool_use: true },
    isForced,
  };
}

function claudeChoice(wanted: WantedChoice): JsonObject {
  if (wanted.mode === 'one') {
    return { type: 'tool', name: wanted.name };
  }
  return { type: wanted.mode === 'required' ? 'any' : 'auto' };
}
