import { defined } from '../../model/defined.ts';
import { type BegunAnswer, kindsOf, type Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type EncodingNotes, encodingNotes, noteForeignMembers } from '../encoding-notes.ts';
import { portablePrompt } from '../portable/portable-prompt.ts';
import type { Encoding, Target } from '../protocol.ts';
import { askedFormat, withInstruction } from './answer-format.ts';
import { chatMessages } from './chat-messages.ts';
import { chatSettings } from './chat-settings.ts';
import { openAiMessages } from './openai-messages.ts';
import { type OpenAiRules, openAiRules, type ResponsesRules, responsesRules } from './openai-rules.ts';
import { reasoningConflict, withKnownEffort } from './reasoning-effort.ts';
import { settingMembers, toolMembers } from './request-members.ts';
import { withTakenFiles } from './taken-media.ts';

/**
 * A prompt for an OpenAI-shaped server: the caller's own body where it is one, members that nobody here knows included, but for the model,
 * the way it is streamed, and what the rules of the model and its host say.
 */
export function encodeOpenAiChat(asked: Prompt, target: Target): Encoding {
  const { reasons } = responsesRules(target.model, target.rules);
  const known = openAiRules(target.model, target.rules, target.vendor);
  const rules = reasons === 'no' ? withoutEffort(known) : known;
  const notes = encodingNotes(asked.names);
  const prompt = suitedPrompt(portablePrompt(asked, 'openai-chat'), { rules, reasons }, notes);
  const request = chatBodyOf(prompt, notes);
  const { tools, tool_choice: choice, response_format: asksForm } = request;
  const format = asksForm === undefined ? {} : askedFormat(request, rules, notes);
  const ofTools = tools === undefined && choice === undefined ? {} : toolMembers(request, rules, notes);
  const refused = refusal(request, rules, target.model, notes);
  if (refused !== undefined) {
    return refused;
  }
  const messages = format.words === undefined ? request.messages : withInstruction(request.messages, format.words);
  const body: JsonObject = {
    ...settingMembers(request, rules, notes),
    ...ofTools,
    ...defined({ response_format: format.member }),
    model: target.model,
    messages: openAiMessages(messages, rules),
    ...answerLimit(request, rules, target),
    ...streaming(request, target, rules),
  };
  const operation = body.stream === true ? 'answer-stream' : 'answer';
  return { kind: 'encoded', request: { operation, headers: {}, body }, dropped: notes.dropped() };
}

/** The prompt with an effort that the model knows, and with files as it takes them. */
function suitedPrompt(
  prompt: Prompt,
  { rules, reasons }: { readonly rules: OpenAiRules; readonly reasons: ResponsesRules['reasons'] },
  notes: EncodingNotes,
): Prompt {
  const known = prompt.reasoning === undefined ? prompt : withKnownEffort(prompt, { rules, reasons }, notes);
  return kindsOf(known.turns).has('media') ? withTakenFiles(known, rules, notes) : known;
}

/** A model that does not reason answers 400 to every effort, in whichever API it was asked for. */
function withoutEffort(rules: OpenAiRules): OpenAiRules {
  const known = EFFORTLESS.get(rules);
  const made = known ?? { ...rules, refusedSampling: [...rules.refusedSampling, 'reasoning_effort'] };
  if (known === undefined) {
    EFFORTLESS.set(rules, made);
  }
  return made;
}

/** By the rules that they are made of, which are those of every request to a deployment. */
const EFFORTLESS = new WeakMap<OpenAiRules, OpenAiRules>();

/** Why a model is not asked. Fewer stop sequences than were asked for would let the answer go on past the others. */
function refusal(request: ChatBody, rules: OpenAiRules, model: string, notes: EncodingNotes): Unsupported | undefined {
  const { stop } = request;
  if (Array.isArray(stop) && stop.length > rules.maxStops) {
    notes.refuseSetting('stop', `This server takes at most ${rules.maxStops} stop sequences; got ${stop.length}.`);
  }
  const ofReasoning = BESIDE_REASONING.some((name) => request[name] !== undefined);
  const refused = notes.refusal() ?? (ofReasoning ? reasoningConflict(request, rules, model) : undefined);
  const param = rules.refusedShapes.find((name) => isAsked(name, request[name]));
  if (refused !== undefined || param === undefined) {
    return refused;
  }
  return { kind: 'unsupported', param, message: `${model} does not take ${param}: leave it out.` };
}

type Unsupported = Extract<Encoding, { kind: 'unsupported' }>;

/** Members that a model may refuse for the sake of its reasoning. */
const BESIDE_REASONING: readonly string[] = ['reasoning_effort', 'tools', 'logprobs', 'top_logprobs'];

function isAsked(name: string, value: unknown): boolean {
  const isEmptyList = Array.isArray(value) && value.length === 0;
  const isOneChoice = name === 'n' && value === 1;
  return value !== undefined && value !== false && !isEmptyList && !isOneChoice;
}

/**
 * The limit of the answer's length, under the name that the model knows, and no more than it gives: OpenAI and others answer 400 beyond. The
 * newer name wins where the caller sent both: a server that knows only the older one must not give more than what was reckoned with.
 */
function answerLimit(request: ChatBody, { maxTokensMember }: OpenAiRules, { maxOutputTokens }: Target): JsonObject {
  const { max_tokens: older, max_completion_tokens: newer } = request;
  const asked = newer ?? older;
  if (asked === undefined) {
    return {};
  }
  const limit = Math.min(asked, maxOutputTokens ?? Number.POSITIVE_INFINITY);
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
