import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import type { Prompt, SettingNames, Turn } from '../../model/prompt.ts';
import { isJsonObject, type JsonObject } from '../../wire/json.ts';
import { type InvalidRequest, invalidMember } from '../invalid-request.ts';
import { checkMembers, kindOf, MAX_MESSAGES, memberNamesProblem } from '../request-checks.ts';
import type { ChatRequest } from './chat-request.ts';
import { MEMBERS } from './chat-request-checks.ts';
import { inOneForm, inUsualForm } from './other-forms.ts';
import { formatOf, toolOf, toolUseOf } from './read-tools.ts';
import { turnOf } from './read-turns.ts';

/** A chat request as a prompt, or what is wrong with the body. */
type ReadChat = { readonly kind: 'read'; readonly prompt: Prompt } | InvalidRequest;

/**
 * Reads the JSON body of a chat completion call. Only what translation relies on is checked, so members that vendors add tomorrow pass.
 * Most bodies are plain: they are what they say, and nothing of them is looked at twice.
 */
export function readChatPrompt(json: unknown): ReadChat {
  if (!isJsonObject(json)) {
    return invalidMember('', `must be a JSON object; got ${kindOf(json)}.`);
  }
  const turns = isPlain(json) ? textTurns(json.messages) : undefined;
  if (turns === undefined) {
    return readAnyForm(json);
  }
  // The compiler cannot follow PLAIN_MEMBERS; they are members of ChatRequest, of its types.
  const request = json as ChatRequest;
  const names = request.max_completion_tokens === undefined ? USUAL_NAMES : usedNames(request);
  const native = request.stream_options === undefined ? NO_MEMBERS : nativeMembers(request);
  return { kind: 'read', prompt: promptOf(request, { turns, names, native }) };
}

/** Members of plain bodies, and what each is: as `typeof` says, or a whole number of at least one. */
const PLAIN_MEMBERS: ReadonlyMap<string, 'boolean' | 'number' | 'object' | 'string' | 'count'> = new Map([
  ['model', 'string'],
  ['messages', 'object'],
  ['stream', 'boolean'],
  ['stream_options', 'object'],
  ['max_tokens', 'count'],
  ['max_completion_tokens', 'count'],
  ['temperature', 'number'],
  ['top_p', 'number'],
  ['seed', 'number'],
  ['frequency_penalty', 'number'],
  ['presence_penalty', 'number'],
  ['stop', 'string'],
  ['user', 'string'],
  ['reasoning_effort', 'string'],
  ['prompt_cache_key', 'string'],
]);

/** Whether a body has members of `PLAIN_MEMBERS` alone, each as it is to be: most requests have. */
function isPlain(body: JsonObject): boolean {
  for (const name of Object.keys(body)) {
    const value = body[name];
    const kind = PLAIN_MEMBERS.get(name);
    const isCount = kind === 'count' && Number.isSafeInteger(value) && Number(value) >= 1;
    // `1e999` is no number that a vendor takes; a list where an object is to be is none.
    const isOfKind = typeof value === kind && (kind !== 'number' || Number.isFinite(value));
    if (!(isCount || isOfKind) || value === null || (Array.isArray(value) && name !== 'messages')) {
      return false;
    }
  }
  return body.model !== undefined && body.model !== '';
}

/** By the roles that may say a text and nothing else. */
const TEXT_ROLES: ReadonlyMap<unknown, Turn['role']> = new Map([
  ['system', 'instructions'],
  ['developer', 'instructions'],
  ['user', 'user'],
  ['assistant', 'assistant'],
]);

/** The turns of messages that are a role and a text each; `undefined` where they are anything else. */
function textTurns(messages: unknown): readonly Turn[] | undefined {
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > MAX_MESSAGES) {
    return undefined;
  }
  const turns: Turn[] = [];
  for (const message of messages) {
    const role = isJsonObject(message) ? TEXT_ROLES.get(message.role) : undefined;
    if (role === undefined || typeof message.content !== 'string' || Object.keys(message).length !== 2) {
      return undefined;
    }
    const path = `messages[${turns.length}]`;
    turns.push({ role, path, parts: [{ kind: 'text', text: message.content, path: `${path}.content` }] });
  }
  return turns;
}

/** Top-level nulls mean "not set" and are dropped, the legacy function members become tools, and what other servers take is in OpenAI's form. */
function readAnyForm(json: JsonObject): ReadChat {
  const misnamed = memberNamesProblem(json);
  if (misnamed !== undefined) {
    return misnamed;
  }
  const body = inUsualForm(json);
  const complaint = checkMembers(body, MEMBERS, '');
  if (complaint !== undefined) {
    return complaint;
  }
  // The compiler cannot follow MEMBERS; they are the members of ChatRequest, checked.
  const request = inOneForm(body) as ChatRequest;
  const turns = request.messages.map((message, index) => turnOf(message, `messages[${index}]`));
  return {
    kind: 'read',
    prompt: promptOf(request, { turns, names: usedNames(request), native: nativeMembers(request) }),
  };
}

function promptOf(request: ChatRequest, { turns, names, native }: Pick<Prompt, 'turns' | 'names' | 'native'>): Prompt {
  const { stop, tools = [], top_logprobs: top = 0 } = request;
  return {
    model: request.model,
    turns,
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
    native,
    names,
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
function usedNames({
  max_completion_tokens: newer,
  logprobs,
  safety_identifier: identifier,
}: ChatRequest): SettingNames {
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
