import { defined } from '../../model/defined.ts';
import { kindsOf, type Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type EncodingNotes, encodingNotes } from '../encoding-notes.ts';
import { portablePrompt } from '../portable/portable-prompt.ts';
import type { Encoding, Target } from '../protocol.ts';
import { askedFormat, withInstruction } from './answer-format.ts';
import type { ChatBody } from './chat-body.ts';
import { openAiMessages } from './openai-messages.ts';
import type { OpenAiRules, ResponsesRules } from './openai-rules.ts';
import { isRefusedBeside, reasoningConflict, withKnownEffort } from './reasoning-effort.ts';
import { openAiRules, responsesRules } from './rules-by-model.ts';
import { withTakenFiles } from './taken-media.ts';
import { toolMembers } from './tool-members.ts';
import { translatedChat, withBegun } from './translated-chat.ts';

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

/**
 * OpenAI's own members that others refuse, by whether leaving one out is told. What they ask for, the gateway does itself or nobody need.
 * Source: OpenAI API reference, "Create chat completion", and the 400s and 422s of others in public bug reports, 2026-11.
 */
const OWN_MEMBERS: ReadonlyMap<string, 'told' | 'quiet'> = new Map([
  ['prompt_cache_key', 'quiet'],
  ['store', 'quiet'],
  ['metadata', 'quiet'],
  ['modalities', 'quiet'],
  ['prompt_cache_retention', 'told'],
  ['prompt_cache_options', 'told'],
  ['safety_identifier', 'told'],
  ['service_tier', 'told'],
  ['verbosity', 'told'],
  ['prediction', 'told'],
  ['moderation', 'told'],
  ['web_search_options', 'told'],
]);

/** Members that are written elsewhere. */
const WRITTEN: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens'],
  ...['tools', 'tool_choice', 'parallel_tool_calls', 'response_format'],
]);

/** The members of a request that are settings and nothing else, for a model with these rules. */
function settingMembers(request: ChatBody, rules: OpenAiRules, notes: EncodingNotes): JsonObject {
  const kept = Object.entries(request).filter(([name, value]) => {
    const isKept = !(WRITTEN.has(name) || isEmptyList(value));
    return isKept && isTaken(name, value, { request, rules, notes });
  });
  return Object.fromEntries(
    kept.map(([name, value]) => [rules.renamed[name] ?? name, within(name, value, rules, notes)]),
  );
}

/** A temperature beyond the server's range is its highest: the nearest to what is asked for. */
function within(name: string, value: unknown, { maxTemperature }: OpenAiRules, notes: EncodingNotes): unknown {
  if (name !== 'temperature' || typeof value !== 'number' || value <= maxTemperature) {
    return value;
  }
  notes.drop('temperature');
  return maxTemperature;
}

/** A list of nothing is a 400 at OpenAI, and says nothing. */
function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** What decides whether a setting goes out. */
interface SettingOf {
  readonly request: ChatBody;
  readonly rules: OpenAiRules;
  readonly notes: EncodingNotes;
}

function isTaken(name: string, value: unknown, { request, rules, notes }: SettingOf): boolean {
  if (isRefused(name, value, request, rules)) {
    noteRefused(name, value, notes);
    return false;
  }
  const own = OWN_MEMBERS.get(name);
  if (own === undefined || rules.ownMembers === 'all' || rules.ownMembers.includes(name) || isSpoken(name, value)) {
    return true;
  }
  if (own === 'told' && !USUAL.has(value)) {
    notes.dropMember(name);
  }
  return false;
}

/** Where nothing is to be thought, nothing is lost. */
function noteRefused(name: string, value: unknown, notes: EncodingNotes): void {
  if (name !== 'reasoning_effort') {
    notes.dropMember(name);
  } else if (value !== 'none') {
    notes.drop('reasoning');
  }
}

/** Values that ask for what is done anyway. */
const USUAL: ReadonlySet<unknown> = new Set(['auto', 'default']);

/** Whether an answer in another form than text is asked for: that is the server's to refuse. */
function isSpoken(name: string, value: unknown): boolean {
  return name === 'modalities' && Array.isArray(value) && value.some((modality) => modality !== 'text');
}

/** A temperature or top_p of 1 is what a model does anyway, and it takes that. */
function isRefused(name: string, value: unknown, request: ChatBody, rules: OpenAiRules): boolean {
  if (DEFAULT_ONE.has(name) && value === 1) {
    return false;
  }
  return rules.refusedSampling.includes(name) || isForeign(name, rules) || isRefusedBeside(name, request, rules);
}

const DEFAULT_ONE: ReadonlySet<string> = new Set(['temperature', 'top_p']);

/** OpenAI's own API does not know it. */
function isForeign(name: string, { foreignMembers }: OpenAiRules): boolean {
  return name === 'top_k' && typeof foreignMembers === 'string' && foreignMembers !== 'keep';
}
