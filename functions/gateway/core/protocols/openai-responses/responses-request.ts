import { defined } from '../../model/defined.ts';
import type { BegunAnswer, Prompt } from '../../model/prompt.ts';
import { arrayMember, type JsonObject, numberMember, objectMember, stringMember } from '../../wire/json.ts';
import { type EncodingNotes, encodingNotes } from '../encoding-notes.ts';
import type { OpenAiRules, ResponsesRules } from '../openai-chat/openai-rules.ts';
import { isRefusedBeside, withKnownEffort } from '../openai-chat/reasoning-effort.ts';
import { openAiRules, responsesRules } from '../openai-chat/rules-by-model.ts';
import { portablePrompt } from '../portable/portable-prompt.ts';
import type { Encoding, Target } from '../protocol.ts';
import { withHeldSchemas } from './held-schemas.ts';
import { ownBody } from './own-body.ts';
import { translatedBody } from './translated-body.ts';

/**
 * A prompt for the Responses API: the caller's own body where it is one, members that nobody here knows included. Nothing is kept at the
 * vendor: each request brings the whole conversation, and reasoning comes back encrypted. Source: OpenAI API reference, "Create a model
 * response", 2026-11.
 */
export function encodeResponses(asked: Prompt, target: Target): Encoding {
  const rules = {
    ...openAiRules(target.model, target.rules, target.vendor),
    ...responsesRules(target.model, target.rules),
  };
  const notes = encodingNotes(asked.names);
  const prompt = withKnownEffort(portablePrompt(asked, 'openai-responses'), { rules, reasons: rules.reasons }, notes);
  const isOwn = prompt.original.dialect === 'openai-responses';
  const body = isOwn ? ownBody(prompt, rules, target) : translatedBody(prompt, notes, target);
  refuseEffort(prompt, rules, target.model, notes);
  if (prompt.logprobs !== undefined && rules.refusedShapes.includes('logprobs')) {
    notes.refuseSetting('logprobs', `${target.model} gives no log probabilities.`);
  }
  const taken = withHeldSchemas(withoutRefused(withBegun(body, prompt.begun), rules, notes), rules, notes);
  const refused = notes.refusal();
  if (refused !== undefined) {
    return refused;
  }
  const { stream_options: options, ...rest } = taken;
  const request: JsonObject = {
    ...rest,
    ...includeOf(taken, rules),
    ...limitOf(taken, target),
    model: target.model,
    store: false,
    stream: target.streaming,
    ...(target.streaming && options !== undefined && { stream_options: options }),
  };
  const operation = target.streaming ? 'answer-stream' : 'answer';
  return {
    kind: 'encoded',
    request: { operation, headers: {}, body: request, dialect: 'openai-responses' },
    dropped: notes.dropped(),
  };
}

type Rules = OpenAiRules & ResponsesRules;

function refuseEffort({ reasoning }: Prompt, rules: Rules, model: string, notes: EncodingNotes): void {
  const effort = reasoning?.effort;
  if (effort !== undefined && rules.refusedEfforts.includes(effort)) {
    notes.refuseSetting('reasoning', `${model} does not know the effort "${effort}".`);
  }
}

/** The body without members that the model refuses and that change quality only. A temperature or top_p of 1 is what it does anyway. */
function withoutRefused(body: JsonObject, rules: Rules, notes: EncodingNotes): JsonObject {
  const effort = stringMember(objectMember(body, 'reasoning'), 'effort');
  const isUnknown = (name: string): boolean =>
    rules.refusedSampling.includes(name) || isRefusedBeside(name, defined({ reasoning_effort: effort }), rules);
  const isRefused = (name: string): boolean =>
    (isUnknown(name) && (body[name] ?? null) !== null && body[name] !== 1) ||
    (rules.reasons === 'no' && name === 'reasoning' && hasEffort(body));
  const refused = Object.keys(body).filter(isRefused);
  for (const name of refused) {
    notes.dropMember(name === 'reasoning' ? notes.names.reasoning : name);
  }
  return refused.length === 0
    ? body
    : Object.fromEntries(Object.entries(body).filter(([name]) => !refused.includes(name)));
}

function hasEffort(body: JsonObject): boolean {
  return Object.values(objectMember(body, 'reasoning') ?? {}).some((value) => value !== null);
}

const ENCRYPTED = 'reasoning.encrypted_content';

/** What the caller wants to see, and reasoning in the form in which it can come back. */
function includeOf(body: JsonObject, { reasons }: Rules): JsonObject {
  const asked = arrayMember(body, 'include');
  if (reasons === 'yes' && !asked.includes(ENCRYPTED)) {
    return { include: [...asked, ENCRYPTED] };
  }
  return reasons === 'no' && asked.includes(ENCRYPTED) ? { include: asked.filter((name) => name !== ENCRYPTED) } : {};
}

/** OpenAI's least: fewer are a 400. */
const LEAST_OUTPUT_TOKENS = 16;

/** And no more than the model gives. */
function limitOf(body: JsonObject, { maxOutputTokens = Number.POSITIVE_INFINITY }: Target): JsonObject {
  const limit = numberMember(body, 'max_output_tokens');
  return limit === undefined
    ? {}
    : { max_output_tokens: Math.max(LEAST_OUTPUT_TOKENS, Math.min(limit, maxOutputTokens)) };
}

/** The body with the text so far as the beginning of the answer, and as much less to say. */
function withBegun(body: JsonObject, begun: BegunAnswer | undefined): JsonObject {
  if (begun === undefined) {
    return body;
  }
  const limit = numberMember(body, 'max_output_tokens');
  const said = stringMember(body, 'input');
  const items = said === undefined ? arrayMember(body, 'input') : [{ type: 'message', role: 'user', content: said }];
  const content = [{ type: 'output_text', text: begun.text }];
  const answer = begun.text === '' ? [] : [{ type: 'message', role: 'assistant', content }];
  return {
    ...body,
    input: [...items, ...answer],
    ...(limit !== undefined && { max_output_tokens: limit - begun.tokens }),
  };
}
