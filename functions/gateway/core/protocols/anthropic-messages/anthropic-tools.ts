import { defined } from '../../model/defined.ts';
import type { FunctionTool, Prompt, Tool, ToolUse } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { closedArguments } from '../claude/closed-schema.ts';
import { noteRefusedKeys } from '../claude/property-keys.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { objectRoot } from '../object-root.ts';
import { STRUCTURED_ANSWER_TOOL } from '../structured-answer.ts';
import type { AnthropicTask } from './anthropic-task.ts';
import { cacheControl } from './cache-marks.ts';
import type { StructuredFormat } from './structured-format.ts';

/** The tools of a request and which of them must be called. */
export interface ToolFields {
  readonly tools: readonly JsonObject[];
  /** The member `tool_choice`. */
  readonly choice: JsonObject | undefined;
  /** Whether the choice forces a call, which goes not together with reasoning. */
  readonly isForced: boolean;
}

/** Translates the tools and their use, and offers the tool that carries a structured answer. */
export function toolFields(task: AnthropicTask, format: StructuredFormat): ToolFields {
  const { prompt, rules, notes } = task;
  const wanted = toolChoice(prompt, notes);
  const offered = prompt.tools.flatMap((tool) => toolOf(tool, task));
  const allowed = wanted.only === undefined ? offered : offered.filter((tool) => wanted.only?.has(String(tool.name)));
  const callable = offered.length > 0 ? { tools: allowed, choice: wanted.choice } : formerTools(prompt, wanted.choice);
  const fields = withAnswerTool(callable, format);
  const isForced = forcesCall(fields.choice);
  if (isForced && !rules.forcedTools) {
    notes.refuseSetting('toolUse', CANNOT_FORCE);
  }
  if (isForced && fields.tools.length === 0) {
    const name = prompt.names.toolUse;
    notes.refuseSetting('toolUse', `${name} asks for a tool call, but the request has no such tool.`);
  }
  return { ...fields, choice: fields.tools.length === 0 ? undefined : fields.choice, isForced };
}

/** Whether a `tool_choice` leaves the model no answer without a call. */
export function forcesCall(choice: JsonObject | undefined): boolean {
  return choice?.type === 'any' || choice?.type === 'tool';
}

/** Why a forced call goes elsewhere. */
export const CANNOT_FORCE = 'This Anthropic model cannot be made to call a tool: tool_choice must be "auto" or "none".';

function toolOf(tool: Tool, task: AnthropicTask): readonly JsonObject[] {
  if (tool.kind === 'function') {
    return [functionOf(tool, task)];
  }
  const { native, what, path } = tool;
  const { notes } = task;
  if (native.dialect === 'anthropic-messages') {
    return [native.value];
  }
  if (native.ifForeign === 'refuse') {
    notes.refuse(path, `Of the tools of other APIs Anthropic takes functions alone; got "${what}".`);
  } else if (native.ifForeign === 'drop') {
    notes.dropMember(what);
  }
  return [];
}

function functionOf(tool: FunctionTool, task: AnthropicTask): JsonObject {
  const { name, description } = tool;
  if (name === STRUCTURED_ANSWER_TOOL) {
    task.notes.refuse(tool.namePath, `The tool name "${STRUCTURED_ANSWER_TOOL}" is the gateway's own: use another.`);
  }
  return {
    name,
    ...defined({ description }),
    ...schemaFields(tool, task),
    ...cacheControl(tool.cache),
  };
}

/** A strict tool takes a closed schema; one that cannot be closed, or is beyond the limits, is offered without being strict. */
function schemaFields(tool: FunctionTool, { rules, strict, notes }: AnthropicTask): JsonObject {
  const schema = tool.schema === undefined ? NO_PARAMETERS : objectRoot(tool.schema);
  noteRefusedKeys(schema, tool.path, { rules, notes });
  if (tool.strict !== true) {
    return { input_schema: schema };
  }
  const closed = rules.structuredOutputs ? closedArguments(tool.schema) : undefined;
  if (closed !== undefined && strict.takes(closed, 'tool')) {
    return { input_schema: closed.schema, strict: true };
  }
  notes.drop('strict');
  return { input_schema: schema };
}

const NO_PARAMETERS = { type: 'object', properties: {} };

/** A history with tool calls needs tools, or is refused: where the request has none, those that were called, not to be called again. */
function formerTools({ turns }: Prompt, choice: JsonObject | undefined): ToolsAndChoice {
  const calls = turns.flatMap(({ parts }) => parts.filter((part) => part.kind === 'tool-call'));
  const names = [...new Set(calls.map(({ name }) => name))];
  const tools = names.map((name) => ({ name, input_schema: NO_PARAMETERS }));
  return tools.length === 0 ? { tools, choice } : { tools, choice: { type: 'none' } };
}

interface ToolsAndChoice {
  readonly tools: readonly JsonObject[];
  readonly choice: JsonObject | undefined;
}

/**
 * The tool for the answer stands beside the caller's: where these may be called, the model must call one or the other. Where one of these
 * must be called, there is no answer to structure yet.
 */
function withAnswerTool(fields: ToolsAndChoice, format: StructuredFormat): ToolsAndChoice {
  if (format.kind !== 'tool' || forcesCall(fields.choice)) {
    return fields;
  }
  const isAlone = fields.tools.length === 0 || fields.choice?.type === 'none';
  const choice = isAlone ? { type: 'tool', name: STRUCTURED_ANSWER_TOOL } : { type: 'any' };
  return { tools: [...fields.tools, format.tool], choice: { ...choice, disable_parallel_tool_use: true } };
}

/** What a caller wants of the tools. */
export interface WantedChoice {
  /** The member `tool_choice`. */
  readonly choice: JsonObject | undefined;
  /** Names of the tools that may be called, where the caller restricts them. */
  readonly only?: ReadonlySet<string>;
}

/** Translates the use of tools, and whether several may be called at once. */
function toolChoice({ toolUse, parallelToolCalls }: Prompt, notes: EncodingNotes): WantedChoice {
  const wanted = choiceOf(toolUse, notes);
  if (parallelToolCalls !== false || wanted.choice?.type === 'none') {
    return wanted;
  }
  return { ...wanted, choice: { type: 'auto', ...wanted.choice, disable_parallel_tool_use: true } };
}

function choiceOf(toolUse: ToolUse | undefined, notes: EncodingNotes): WantedChoice {
  switch (toolUse?.mode) {
    case undefined:
      return { choice: undefined };
    case 'one':
      return { choice: { type: 'tool', name: toolUse.name } };
    case 'native':
      return { choice: nativeChoice(toolUse.native, notes) };
    case 'auto':
    case 'none':
    case 'required':
      return { choice: { type: TYPES[toolUse.mode] }, ...(toolUse.only && { only: new Set(toolUse.only) }) };
  }
}

const TYPES = { auto: 'auto', none: 'none', required: 'any' } as const;

function nativeChoice(
  native: Extract<ToolUse, { mode: 'native' }>['native'],
  notes: EncodingNotes,
): JsonObject | undefined {
  if (native.dialect === 'anthropic-messages') {
    return native.value;
  }
  if (native.ifForeign === 'refuse') {
    notes.refuseSetting(
      'toolUse',
      'Anthropic takes a choice of tools that leaves it free, forbids tools, or asks for any or for one function.',
    );
  } else if (native.ifForeign === 'drop') {
    notes.drop('toolUse');
  }
  return undefined;
}
