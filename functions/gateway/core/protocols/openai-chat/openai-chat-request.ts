import { defined } from '../../model/defined.ts';
import { isPlainTalk } from '../../model/plain-talk.ts';
import { kindsOf, type Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type EncodingNotes, encodingNotes } from '../encoding-notes.ts';
import { portablePrompt } from '../portable/portable-prompt.ts';
import type { Encoding, Target } from '../protocol.ts';
import { askedFormat, withInstruction } from './answer-format.ts';
import type { ChatBody } from './chat-body.ts';
import { openAiMessages } from './openai-messages.ts';
import type { OpenAiRules, ResponsesRules } from './openai-rules.ts';
import { reasoningConflict, withKnownEffort } from './reasoning-effort.ts';
import { openAiRules, responsesRules } from './rules-by-model.ts';
import { settingMembers } from './setting-members.ts';
import { withTakenFiles } from './taken-media.ts';
import { toolMembers } from './tool-members.ts';
import { translatedChat, withBegun } from './translated-chat.ts';

/**
 * A prompt for an OpenAI-shaped server: the caller's own body where it is one, members that nobody here knows included, but for the model,
 * the way it is streamed, and what the rules of the model and its host say.
 */
export function encodeOpenAiChat(asked: Prompt, target: Target): Encoding {
  const known = RULES.get(target) ?? rulesOf(target);
  // A surface of this dialect has checked the members of `ChatBody`.
  const own = asked.original.dialect === 'openai-chat' ? (asked.original.body as ChatBody) : undefined;
  if (own === undefined || !isPlainTalk(asked) || !isTakenAsItIs(own, known.rules)) {
    return encodeWhole(asked, target, known);
  }
  const { rules } = known;
  const hasLimit = (own.max_completion_tokens ?? own.max_tokens) !== undefined;
  const body: JsonObject = {
    model: target.model,
    messages: own.messages,
    ...(hasLimit && answerLimit(own, rules, target)),
    ...streaming(own, target, rules),
  };
  const operation = body.stream === true ? 'answer-stream' : 'answer';
  return { kind: 'encoded', request: { operation, headers: {}, body }, dropped: [] };
}

/** What is known of a deployment's model. */
interface KnownRules {
  readonly rules: OpenAiRules;
  readonly reasons: ResponsesRules['reasons'];
}

/** By deployment: each request asks for those of its own. */
const RULES = new WeakMap<Target, KnownRules>();

function rulesOf(target: Target): KnownRules {
  const { reasons } = responsesRules(target.model, target.rules);
  const rules = openAiRules(target.model, target.rules, target.vendor);
  const known = { rules: reasons === 'no' ? withoutEffort(rules) : rules, reasons };
  RULES.set(target, known);
  return known;
}

/** A model that does not reason answers 400 to every effort, in whichever API it was asked for. */
function withoutEffort(rules: OpenAiRules): OpenAiRules {
  return { ...rules, refusedSampling: [...rules.refusedSampling, 'reasoning_effort'] };
}

/** Whether a server with these rules takes the messages of plain talk word for word. */
function isTakenAsItIs(request: ChatBody, rules: OpenAiRules): boolean {
  const { messages } = request;
  const role = messages[0]?.role;
  const isToldAsHere = rules.instructionRole === 'as-sent' || role === rules.instructionRole;
  const isOrdered = role === 'user' || (isToldAsHere && (role === 'system' || rules.turns === 'as-sent'));
  return (
    isOrdered &&
    !rules.needsReasoning &&
    rules.refusedShapes.every((name) => request[name] === undefined) &&
    messages.every((message) => typeof message.content === 'string' && Object.keys(message).length === 2)
  );
}

/** A prompt of any kind. */
function encodeWhole(asked: Prompt, target: Target, { rules, reasons }: KnownRules): Encoding {
  const notes = encodingNotes(asked.names);
  const prompt = suitedPrompt(portablePrompt(asked, 'openai-chat'), { rules, reasons }, notes);
  const { begun, original } = prompt;
  // A surface of this dialect has checked the members of `ChatBody`.
  const own = original.dialect === 'openai-chat' ? (original.body as ChatBody) : translatedChat(prompt, notes);
  const request = begun === undefined ? own : withBegun(own, begun);
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
function suitedPrompt(prompt: Prompt, known: KnownRules, notes: EncodingNotes): Prompt {
  const suited = prompt.reasoning === undefined ? prompt : withKnownEffort(prompt, known, notes);
  return kindsOf(suited.turns).has('media') ? withTakenFiles(suited, known.rules, notes) : suited;
}

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
