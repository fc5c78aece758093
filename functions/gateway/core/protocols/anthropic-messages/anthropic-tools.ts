import type { ChatRequest, ChatTool } from '../../model/chat-request.ts';
import { arrayMember, type JsonObject, member, objectMember, stringMember } from '../../wire/json.ts';
import type { AnthropicRules } from './anthropic-rules.ts';
import { cacheMark } from './cache-marks.ts';
import { closedSchema } from './closed-schema.ts';
import type { EncodingNotes } from './encoding-notes.ts';
import { STRUCTURED_ANSWER_TOOL, type StructuredAnswer } from './structured-answer.ts';

/** The tools of a request and which of them must be called. */
export interface ToolFields {
  readonly tools: readonly JsonObject[];
  /** The member `tool_choice`. */
  readonly choice: JsonObject | undefined;
  /** Whether the choice forces a call, which goes not together with reasoning. */
  readonly isForced: boolean;
}

/** Translates `tools`, `tool_choice` and `parallel_tool_calls`, and offers the tool that carries a structured answer. */
export function toolFields(
  request: ChatRequest,
  answer: StructuredAnswer,
  rules: AnthropicRules,
  notes: EncodingNotes,
): ToolFields {
  const wanted = toolChoice(request, notes);
  const offered = (request.tools ?? []).map((tool, index) => toolOf(tool, { path: `tools[${index}]`, rules, notes }));
  const allowed = wanted.only === undefined ? offered : offered.filter((tool) => wanted.only?.has(String(tool.name)));
  const callable = offered.length > 0 ? { tools: allowed, choice: wanted.choice } : formerTools(request, wanted.choice);
  const fields = withAnswerTool(callable, answer);
  const type = fields.choice?.type;
  const isForced = type === 'any' || type === 'tool';
  if (isForced && !rules.forcedTools) {
    notes.refuse(
      'tool_choice',
      'This Anthropic model cannot be made to call a tool: tool_choice must be "auto" or "none".',
    );
  }
  if (isForced && fields.tools.length === 0) {
    notes.refuse('tool_choice', 'tool_choice asks for a tool call, but the request has no such tool.');
  }
  return { ...fields, choice: fields.tools.length === 0 ? undefined : fields.choice, isForced };
}

interface WantedChoice {
  readonly choice: JsonObject | undefined;
  /** Names of the tools that may be called, where the caller restricts them. */
  readonly only?: ReadonlySet<string>;
}

function toolChoice(request: ChatRequest, notes: EncodingNotes): WantedChoice {
  const wanted = choiceOf(request, notes);
  if (request.parallel_tool_calls !== false || wanted.choice?.type === 'none') {
    return wanted;
  }
  return { ...wanted, choice: { type: 'auto', ...wanted.choice, disable_parallel_tool_use: true } };
}

function choiceOf(request: ChatRequest, notes: EncodingNotes): WantedChoice {
  const { tool_choice: asked } = request;
  if (asked === undefined || typeof asked === 'string') {
    return { choice: CHOICES.get(asked ?? '') };
  }
  const type = stringMember(asked, 'type');
  const name = stringMember(objectMember(asked, 'function'), 'name');
  if (type === 'function' && name !== undefined) {
    return { choice: { type: 'tool', name } };
  }
  if (type === 'allowed_tools') {
    return allowedTools(objectMember(asked, 'allowed_tools') ?? asked);
  }
  notes.refuse(
    'tool_choice',
    'Anthropic takes a tool_choice of "auto", "none", "required", one function, or allowed_tools.',
  );
  return { choice: undefined };
}

const CHOICES: ReadonlyMap<string, JsonObject> = new Map([
  ['auto', { type: 'auto' }],
  ['none', { type: 'none' }],
  ['required', { type: 'any' }],
]);

function allowedTools(allowed: JsonObject): WantedChoice {
  const names = arrayMember(allowed, 'tools').map(
    (tool) => stringMember(member(tool, 'function'), 'name') ?? stringMember(tool, 'name') ?? '',
  );
  return { choice: CHOICES.get(stringMember(allowed, 'mode') ?? 'auto'), only: new Set(names) };
}

interface ToolPlace {
  readonly path: string;
  readonly rules: AnthropicRules;
  readonly notes: EncodingNotes;
}

function toolOf(tool: ChatTool, { path, rules, notes }: ToolPlace): JsonObject {
  const { function: called } = tool;
  if (tool.type !== 'function' || called === undefined) {
    notes.refuse(path, `Anthropic takes tools of type "function"; got "${tool.type}".`);
    return {};
  }
  if (called.name === STRUCTURED_ANSWER_TOOL) {
    notes.refuse(
      `${path}.function.name`,
      `The tool name "${STRUCTURED_ANSWER_TOOL}" is the gateway's own: use another.`,
    );
  }
  return {
    name: called.name,
    ...(called.description === undefined ? {} : { description: called.description }),
    ...schemaFields(called, rules, notes),
    ...markOf(tool),
  };
}

/** A strict tool takes a closed schema; one that cannot be closed is offered without being strict. */
function schemaFields(called: CalledFunction, rules: AnthropicRules, notes: EncodingNotes): JsonObject {
  const schema = called.parameters === undefined ? NO_PARAMETERS : { type: 'object', ...called.parameters };
  if (called.strict !== true) {
    return { input_schema: schema };
  }
  const strict = rules.structuredOutputs ? closedSchema(schema) : undefined;
  if (strict === undefined) {
    notes.drop('strict');
  }
  return strict === undefined ? { input_schema: schema } : { input_schema: strict, strict: true };
}

type CalledFunction = NonNullable<ChatTool['function']>;

const NO_PARAMETERS = { type: 'object', properties: {} };

/** Clients put the mark on the tool or on its function. */
function markOf(tool: ChatTool): JsonObject {
  const mark = cacheMark(tool);
  return 'cache_control' in mark ? mark : cacheMark(objectMember(tool, 'function') ?? {});
}

/** A history with tool calls needs tools, or is refused: where the request has none, those that were called, not to be called again. */
function formerTools(request: ChatRequest, choice: JsonObject | undefined): ToolsAndChoice {
  const calls = request.messages.flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []));
  const names = [...new Set(calls.map((call) => call.function.name))];
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
function withAnswerTool(fields: ToolsAndChoice, answer: StructuredAnswer): ToolsAndChoice {
  const type = fields.choice?.type;
  if (answer.kind !== 'tool' || type === 'any' || type === 'tool') {
    return fields;
  }
  const isAlone = fields.tools.length === 0 || type === 'none';
  const choice = isAlone ? { type: 'tool', name: STRUCTURED_ANSWER_TOOL } : { type: 'any' };
  return { tools: [...fields.tools, answer.tool], choice: { ...choice, disable_parallel_tool_use: true } };
}
