import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import type { AnswerFormat, Prompt, SettingNames, Tool, ToolUse } from '../../model/prompt.ts';
import { arrayMember, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import type { InvalidRequest } from '../invalid-request.ts';
import type { ChatRequest, ChatTool, ChatToolChoice, ResponseFormat } from './chat-request.ts';
import { parseChatRequest } from './parse-chat-request.ts';
import { cacheMarkOf, turnOf } from './read-turns.ts';

/** Reads the JSON body of a chat completion call. */
export function readChatPrompt(json: unknown): { readonly kind: 'read'; readonly prompt: Prompt } | InvalidRequest {
  const parsed = parseChatRequest(json);
  return parsed.kind === 'invalid' ? parsed : { kind: 'read', prompt: promptOf(parsed.request) };
}

function promptOf(request: ChatRequest): Prompt {
  const { stop, tools = [], top_logprobs: top = 0 } = request;
  return {
    model: request.model,
    turns: request.messages.map((message, index) => turnOf(message, `messages[${index}]`)),
    tools: tools.map((tool, index) => toolOf(tool, `tools[${index}]`)),
    format: request.response_format === undefined ? { kind: 'text' } : formatOf(request.response_format),
    sampling: defined({
      temperature: request.temperature,
      topP: request.top_p,
      topK: request.top_k,
      seed: request.seed,
      frequencyPenalty: request.frequency_penalty,
      presencePenalty: request.presence_penalty,
    }),
    limits: {
      choices: request.n ?? 1,
      stop: typeof stop === 'string' ? [stop] : (stop ?? []),
      ...defined({ outputTokens: request.max_completion_tokens ?? request.max_tokens }),
    },
    stream: request.stream === true,
    native: nativeMembers(request),
    names: namesFor(request),
    original: { dialect: 'openai-chat', body: request },
    ...defined({
      toolUse: request.tool_choice === undefined ? undefined : toolUseOf(request.tool_choice),
      parallelToolCalls: request.parallel_tool_calls,
      reasoning: request.reasoning_effort === undefined ? undefined : { effort: request.reasoning_effort },
      logprobs: request.logprobs === true || top > 0 ? { top } : undefined,
      user: request.safety_identifier ?? request.user,
      serviceTier: request.service_tier,
      metadata: request.metadata,
      cacheKey: request.prompt_cache_key,
    }),
  };
}

const USUAL_NAMES: SettingNames = {
  turns: 'messages',
  tools: 'tools',
  toolUse: 'tool_choice',
  parallelToolCalls: 'parallel_tool_calls',
  strict: 'strict',
  format: 'response_format',
  formatType: 'response_format.type',
  schema: 'response_format.json_schema.schema',
  reasoning: 'reasoning_effort',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  outputTokens: 'max_tokens',
  choices: 'n',
  stop: 'stop',
  logprobs: 'top_logprobs',
  topLogprobs: 'top_logprobs',
  user: 'user',
  serviceTier: 'service_tier',
  metadata: 'metadata',
  cacheMark: 'cache_control',
  cacheKey: 'prompt_cache_key',
};

/** Where two members say the same, the one that the caller has used. */
function namesFor(request: ChatRequest): SettingNames {
  const { max_completion_tokens: newer, logprobs, safety_identifier: identifier } = request;
  if (newer === undefined && logprobs !== true && identifier === undefined) {
    return USUAL_NAMES;
  }
  return {
    ...USUAL_NAMES,
    ...(newer !== undefined && { outputTokens: 'max_completion_tokens' }),
    ...(logprobs === true && { logprobs: 'logprobs' }),
    ...(identifier !== undefined && { user: 'safety_identifier' }),
  };
}

function native(value: JsonObject, ifForeign: Native['ifForeign']): Native {
  return { dialect: 'openai-chat', value, ifForeign };
}

function formatOf(format: ResponseFormat): AnswerFormat {
  switch (format.type) {
    case undefined:
    case 'text':
      return { kind: 'text' };
    case 'json_object':
      return { kind: 'json' };
    case 'json_schema': {
      const { name = '', description, schema, strict } = format.json_schema ?? {};
      return { kind: 'schema', name, ...defined({ description, schema, strict }) };
    }
    default:
      return { kind: 'native', what: format.type, native: native(format, 'refuse') };
  }
}

function toolUseOf(choice: ChatToolChoice): ToolUse {
  if (choice === 'auto' || choice === 'none' || choice === 'required') {
    return { mode: choice };
  }
  if (typeof choice === 'string') {
    return { mode: 'native', native: native({ tool_choice: choice }, 'refuse') };
  }
  return chosenTools(choice) ?? { mode: 'native', native: native(choice, 'refuse') };
}

/** One function by name, or `allowed_tools`, whose members some clients send beside `type`. */
function chosenTools(choice: JsonObject): ToolUse | undefined {
  const name = functionName(choice);
  if (choice.type === 'function' && name !== undefined) {
    return { mode: 'one', name };
  }
  if (choice.type !== 'allowed_tools') {
    return undefined;
  }
  const allowed = objectMember(choice, 'allowed_tools') ?? choice;
  const names = arrayMember(allowed, 'tools').map(functionName);
  const only = names.filter((known) => known !== undefined);
  const isKnown = only.length > 0 && only.length === names.length;
  return isKnown ? { mode: allowed.mode === 'required' ? 'required' : 'auto', only } : undefined;
}

/** The name in `{type: "function", function: {name}}`, also where it stands beside `type` as in the Responses API. */
function functionName(value: unknown): string | undefined {
  return stringMember(objectMember(value, 'function') ?? value, 'name');
}

/** Members that the prompt has a place for. */
const READ_MEMBERS: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'tools', 'tool_choice', 'parallel_tool_calls', 'response_format', 'reasoning_effort'],
  ...['max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'top_k', 'n', 'seed', 'stop'],
  ...['frequency_penalty', 'presence_penalty', 'logprobs', 'top_logprobs', 'stream', 'user', 'safety_identifier'],
  ...['service_tier', 'metadata', 'prompt_cache_key'],
]);

/** Members for the gateway itself, or whose meaning every answer keeps anyhow. */
const OF_NO_CONSEQUENCE: ReadonlySet<string> = new Set(['stream_options', 'store']);

function nativeMembers(request: ChatRequest): ReadonlyMap<string, Native> {
  let members: Map<string, Native> | undefined;
  for (const name of Object.keys(request)) {
    const value = request[name];
    if (!READ_MEMBERS.has(name) && value !== undefined) {
      members ??= new Map();
      members.set(name, native({ [name]: value }, ifForeign(name, value)));
    }
  }
  return members ?? NO_MEMBERS;
}

const NO_MEMBERS: ReadonlyMap<string, Native> = new Map();

function ifForeign(name: string, value: unknown): Native['ifForeign'] {
  if (name === 'modalities') {
    return Array.isArray(value) && value.every((modality) => modality === 'text') ? 'ignore' : 'refuse';
  }
  if (name === 'audio') {
    return 'refuse';
  }
  return OF_NO_CONSEQUENCE.has(name) ? 'ignore' : 'drop';
}

/** A tool of a chat request. Only functions have a neutral form. */
function toolOf(tool: ChatTool, path: string): Tool {
  const called = tool.type === 'function' ? tool.function : undefined;
  if (called === undefined) {
    return {
      kind: 'native',
      what: tool.type,
      native: { dialect: 'openai-chat', value: tool, ifForeign: 'refuse' },
      path,
    };
  }
  const { name, description, parameters: schema, strict } = called;
  // Clients put the mark on the tool or on its function.
  const cache = cacheMarkOf(tool) ?? cacheMarkOf(objectMember(tool, 'function') ?? {});
  return {
    kind: 'function',
    name,
    path,
    namePath: `${path}.function.name`,
    ...defined({ description, schema, strict, cache }),
  };
}
