import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import type { Prompt, SettingNames } from '../../model/prompt.ts';
import { isJsonObject, type JsonObject } from '../../wire/json.ts';
import { type InvalidRequest, invalidMember } from '../invalid-request.ts';
import { checkMembers, kindOf, memberNamesProblem } from '../request-checks.ts';
import type { ChatRequest } from './chat-request.ts';
import { MEMBERS, PLAIN_MEMBERS } from './chat-request-checks.ts';
import { inOneForm, inUsualForm } from './other-forms.ts';
import { formatOf, toolOf, toolUseOf } from './read-tools.ts';
import { turnOf } from './read-turns.ts';

/** Reads the JSON body of a chat completion call. */
export function readChatPrompt(json: unknown): { readonly kind: 'read'; readonly prompt: Prompt } | InvalidRequest {
  const parsed = parseChatRequest(json);
  return parsed.kind === 'invalid' ? parsed : { kind: 'read', prompt: promptOf(parsed.request) };
}

/** A chat request, or what is wrong with the body. */
export type ParsedChatRequest = { readonly kind: 'parsed'; readonly request: ChatRequest } | InvalidRequest;

/**
 * Reads the JSON body of a chat completion call. Only what translation relies on is checked, so members that vendors add tomorrow pass.
 * Top-level nulls mean "not set" and are dropped, the legacy function members become tools, and what other servers take is in OpenAI's form.
 */
export function parseChatRequest(json: unknown): ParsedChatRequest {
  if (!isJsonObject(json)) {
    return invalidMember('', `must be a JSON object; got ${kindOf(json)}.`);
  }
  const misnamed = memberNamesProblem(json);
  if (misnamed !== undefined) {
    return misnamed;
  }
  const isPlain = hasTextsAlone(json);
  const body = isPlain ? json : inUsualForm(json);
  const complaint = checkMembers(body, isPlain ? PLAIN_MEMBERS : MEMBERS, '');
  if (complaint !== undefined) {
    return complaint;
  }
  const request = isPlain ? body : inOneForm(body);
  // The compiler cannot follow MEMBERS; they are the members of ChatRequest, checked.
  return { kind: 'parsed', request: request as ChatRequest };
}

/** Members that others may have written in another form. */
const FORMED: readonly string[] = ['tools', 'tool_choice', 'functions', 'function_call', 'response_format'];

/** Whether the messages are texts, and no member is null or one that has other forms, as in most requests: then all stays as it is. */
function hasTextsAlone(body: JsonObject): boolean {
  const { messages } = body;
  const hasOthers = FORMED.some((name) => body[name] !== undefined) || Object.values(body).includes(null);
  return !hasOthers && Array.isArray(messages) && messages.every(isTextOfItsRole);
}

/** Roles that may say a text and nothing else. */
const ROLES: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant']);

function isTextOfItsRole(message: unknown): boolean {
  return (
    isJsonObject(message) &&
    typeof message.content === 'string' &&
    ROLES.has(message.role) &&
    Object.keys(message).length === 2
  );
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
      members.set(name, { dialect: 'openai-chat', value: { [name]: value }, ifForeign: ifForeign(name, value) });
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
