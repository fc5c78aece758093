import type { BegunAnswer, Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type EncodingNotes, encodingNotes, noteForeignMembers } from '../encoding-notes.ts';
import { portablePrompt } from '../portable/portable-prompt.ts';
import type { Encoding, Target } from '../protocol.ts';
import { chatMessages } from './chat-messages.ts';
import { chatSettings } from './chat-settings.ts';
import { openAiMessages } from './openai-messages.ts';
import { type OpenAiRules, openAiRules } from './openai-rules.ts';
import { reasoningConflict } from './reasoning-conflict.ts';

/**
 * A prompt for an OpenAI-shaped server: the caller's own body where it is one, members that nobody here knows included, but for the model,
 * the way it is streamed, and what the model's rules say.
 */
export function encodeOpenAiChat(asked: Prompt, target: Target): Encoding {
  const prompt = portablePrompt(asked, 'openai-chat');
  const rules = openAiRules(target.model, target.rules);
  const notes = encodingNotes(prompt.names);
  const request = chatBodyOf(withinModelsLimit(prompt, target), notes);
  const refused =
    notes.refusal() ?? reasoningConflict(request, rules, target.model) ?? refusedShape(request, rules, target.model);
  if (refused !== undefined) {
    return refused;
  }
  const dropped = refusedMembers(request, rules);
  const { stream: _, stream_options: __, max_tokens: ___, max_completion_tokens: ____, ...rest } = request;
  const body: JsonObject = {
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => !dropped.includes(name))),
    model: target.model,
    messages: openAiMessages(request.messages, rules),
    ...(request.tools !== undefined && { tools: toolsFor(request.tools, rules) }),
    ...answerLimit(request, rules),
    ...streaming(request, target, rules),
  };
  const operation = body.stream === true ? 'answer-stream' : 'answer';
  return { kind: 'encoded', request: { operation, headers: {}, body }, dropped: [...notes.dropped(), ...dropped] };
}

/**
 * A limit of another dialect is the largest that its own models take, since clients must send one: it is cut to what this model gives, which
 * OpenAI answers with 400 beyond.
 */
function withinModelsLimit(prompt: Prompt, { maxOutputTokens }: Target): Prompt {
  const { limits, original } = prompt;
  const isBeyond = (limits.outputTokens ?? 0) > (maxOutputTokens ?? Number.POSITIVE_INFINITY);
  return original.dialect === 'openai-chat' || maxOutputTokens === undefined || !isBeyond
    ? prompt
    : { ...prompt, limits: { ...limits, outputTokens: maxOutputTokens } };
}

function refusedShape(
  request: ChatBody,
  rules: OpenAiRules,
  model: string,
): Extract<Encoding, { kind: 'unsupported' }> | undefined {
  const param = rules.refusedShapes.find((name) => isAsked(request[name]));
  return param === undefined
    ? undefined
    : { kind: 'unsupported', param, message: `${model} does not take ${param}: leave it out.` };
}

function isAsked(value: unknown): boolean {
  const isEmptyList = Array.isArray(value) && value.length === 0;
  return value !== undefined && value !== false && !isEmptyList;
}

/** Members that the model refuses. A temperature or top_p of 1 is what it does anyway, and it takes that. */
function refusedMembers(request: ChatBody, rules: OpenAiRules): readonly string[] {
  const foreign = rules.foreignMembers === 'keep' ? [] : ['top_k'];
  const isRefused = (name: string) =>
    request[name] !== undefined && !(DEFAULT_ONE.includes(name) && request[name] === 1);
  return [...rules.refusedSampling, ...foreign].filter(isRefused);
}

const DEFAULT_ONE: readonly string[] = ['temperature', 'top_p'];

function toolsFor(tools: NonNullable<ChatBody['tools']>, rules: OpenAiRules): readonly JsonObject[] {
  return rules.foreignMembers === 'keep' ? tools : tools.map(({ cache_control: _, ...tool }) => tool);
}

/**
 * The limit of the answer's length, under the name that the model knows. The newer name wins where the caller sent both: a server that
 * knows only the older one must not give more than what was reckoned with.
 */
function answerLimit(request: ChatBody, { maxTokensMember }: OpenAiRules): JsonObject {
  const { max_tokens: older, max_completion_tokens: newer } = request;
  const limit = newer ?? older;
  if (limit === undefined) {
    return {};
  }
  if (maxTokensMember !== 'as-sent') {
    return { [maxTokensMember]: limit };
  }
  return {
    ...(older !== undefined && { max_tokens: limit }),
    ...(newer !== undefined && { max_completion_tokens: limit }),
  };
}

/** The caller's stream options with the usage, which the gateway needs whether or not the caller asked. */
function streaming(request: ChatBody, target: Target, rules: OpenAiRules): JsonObject {
  // Spoken answers have other formats when they are streamed: a caller who asked for a whole one gets a whole one.
  const isPlainAudio = request.audio !== undefined && request.stream !== true;
  if (!target.streaming || isPlainAudio) {
    return { stream: false };
  }
  const { include_usage: _, ...others } = request.stream_options ?? {};
  const options = rules.streamUsage ? { ...others, include_usage: true } : others;
  return { stream: true, ...(Object.keys(options).length > 0 && { stream_options: options }) };
}

/** A chat completion request as OpenAI-shaped servers read it, before the rules of a model. Members without a type are passed on unread. */
export interface ChatBody extends JsonObject {
  readonly messages: readonly JsonObject[];
  readonly tools?: readonly JsonObject[];
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly stream?: boolean;
  readonly stream_options?: JsonObject;
  readonly reasoning_effort?: string;
}

/** A prompt as a chat completion request: the caller's own body where it is one, members that nobody here knows included. */
function chatBodyOf(prompt: Prompt, notes: EncodingNotes): ChatBody {
  const { begun, original } = prompt;
  // A surface of this dialect has checked the members above.
  const body = original.dialect === 'openai-chat' ? (original.body as ChatBody) : translated(prompt, notes);
  return begun === undefined ? body : withBegun(body, begun);
}

function translated(prompt: Prompt, notes: EncodingNotes): ChatBody {
  noteForeignMembers(prompt, { dialect: 'openai-chat', name: 'This model' }, notes);
  return { ...chatSettings(prompt, notes), messages: chatMessages(prompt.turns, notes) };
}

/** The body with the text so far as the beginning of the answer, and as much less to say. */
function withBegun(body: ChatBody, { text, tokens }: BegunAnswer): ChatBody {
  const left = (limit: number): number => Math.max(1, limit - tokens);
  const { max_tokens: older, max_completion_tokens: newer } = body;
  return {
    ...body,
    messages: text === '' ? body.messages : withPrefix(body.messages, text),
    ...(older !== undefined && { max_tokens: left(older) }),
    ...(newer !== undefined && { max_completion_tokens: left(newer) }),
  };
}

/** Where the caller had begun the answer himself, the prefix goes on from there: two messages would be two answers. */
function withPrefix(messages: readonly JsonObject[], prefix: string): readonly JsonObject[] {
  const last = messages.at(-1);
  return last?.role === 'assistant' && typeof last.content === 'string'
    ? [...messages.slice(0, -1), { ...last, content: last.content + prefix }]
    : [...messages, { role: 'assistant', content: prefix }];
}
