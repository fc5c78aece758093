import type { FunctionTool, NativeTool, Tool } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { closedArguments } from '../claude/closed-schema.ts';
import { noteRefusedKeys } from '../claude/property-keys.ts';
import { objectRoot } from '../object-root.ts';
import { STRUCTURED_ANSWER_TOOL } from '../structured-answer.ts';
import type { ConverseFormat } from './bedrock-answer-format.ts';
import { cachePointAfter } from './bedrock-cache-points.ts';
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
 * Translates the tools, their use, and whether several may be called at once. Converse refuses a history with tool calls where the
 * request has no tools (pentagi#196), also when the conversation fails over to it: the request's own tools or those that were called are
 * then offered, and the model is told not to call them.
 */
export function toolPlan(task: BedrockTask, format: ConverseFormat): ToolPlan {
  const wanted = wantedChoice(task);
  const offered = offeredTools(task, wanted);
  const isForcing = wanted.mode === 'required' || wanted.mode === 'one';
  const answerTool = format.kind === 'tool' && !isForcing ? [format.tool] : [];
  if (offered.length > 0 && wanted.mode !== 'none') {
    const tools = [...offered, ...answerTool];
    return planned(task, tools, answerTool.length > 0 ? { mode: 'required' } : wanted);
  }
  if (isForcing) {
    const name = task.notes.names.toolUse;
    task.notes.refuseSetting('toolUse', `${name} asks for a tool call, but the request has no such tool.`);
  }
  const kept = toolsForHistory(task, offered);
  if (answerTool.length > 0) {
    return planned(task, [...kept, ...answerTool], { mode: 'one', name: STRUCTURED_ANSWER_TOOL });
  }
  return { tools: kept, isForced: false, ...(kept.length > 0 && { instruction: NO_CALLS_INSTRUCTION }) };
}

function offeredTools(task: BedrockTask, wanted: WantedChoice): readonly JsonObject[] {
  const { tools } = task.prompt;
  if (tools.length > 0 && !task.rules.tools) {
    task.notes.refuseSetting('tools', 'This model on Bedrock has no tools.');
  }
  const only = 'only' in wanted && wanted.only !== undefined ? new Set(wanted.only) : undefined;
  const isAllowed = (tool: Tool) => only === undefined || (tool.kind === 'function' && only.has(tool.name));
  return tools
    .filter(isAllowed)
    .flatMap((tool) => (tool.kind === 'function' ? toolBlocks(tool, task) : noteForeignTool(tool, task)));
}

function noteForeignTool({ what, native, path }: NativeTool, { notes }: BedrockTask): readonly JsonObject[] {
  if (native.ifForeign === 'refuse') {
    notes.refuse(path, `Bedrock takes no tools but functions; got "${what}".`);
  } else if (native.ifForeign === 'drop') {
    notes.dropMember(what);
  }
  return [];
}

function toolBlocks(tool: FunctionTool, task: BedrockTask): readonly JsonObject[] {
  const { name, description = '' } = tool;
  if (name === STRUCTURED_ANSWER_TOOL) {
    task.notes.refuse(tool.namePath, `The tool name "${name}" is the gateway's own: use another.`);
  }
  const toolSpec = { name, ...(description.trim() !== '' && { description }), ...schemaFields(tool, task) };
  return [{ toolSpec }, ...cachePointAfter(tool.cache, 'tool', task)];
}

const NO_PARAMETERS = { type: 'object', properties: {} };

/** A strict tool takes a closed schema; one that cannot be closed, or is beyond the limits, is offered without being strict. */
function schemaFields(tool: FunctionTool, { rules, strict, notes }: BedrockTask): JsonObject {
  const schema = tool.schema === undefined ? NO_PARAMETERS : objectRoot(tool.schema);
  noteRefusedKeys(schema, tool.path, { rules: rules.claude, notes });
  if (tool.strict !== true) {
    return { inputSchema: { json: schema } };
  }
  const closed = rules.structuredOutput === 'native' ? closedArguments(tool.schema) : undefined;
  if (closed === undefined || !strict.takes(closed, 'tool')) {
    notes.drop('strict');
    return { inputSchema: { json: schema } };
  }
  return { inputSchema: { json: closed.schema }, strict: true };
}

/** What must be offered only because the history has tool calls: nothing where it has none. */
function toolsForHistory(task: BedrockTask, offered: readonly JsonObject[]): readonly JsonObject[] {
  const calls = task.conversation.turns.flatMap((turn) =>
    turn.role === 'assistant' ? turn.parts.filter((part) => part.kind === 'tool-call') : [],
  );
  const names = new Set(calls.map(({ name }) => name));
  if (names.size === 0 || offered.length > 0) {
    return names.size === 0 ? [] : offered;
  }
  return [...names].map((name) => ({ toolSpec: { name, inputSchema: { json: NO_PARAMETERS } } }));
}

function planned(task: BedrockTask, tools: readonly JsonObject[], wanted: WantedChoice): ToolPlan {
  const forced = converseChoice(task, tools, wanted);
  const isForced = wanted.mode === 'required' || wanted.mode === 'one';
  if (task.prompt.parallelToolCalls !== false) {
    return { ...forced, isForced };
  }
  if (!task.rules.serialToolCalls) {
    task.notes.drop('parallelToolCalls');
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
