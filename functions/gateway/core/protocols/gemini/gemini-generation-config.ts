import type { ChatRequest } from '../../model/chat-request.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type EncodingLosses, refuse } from './encoding-losses.ts';
import type { GeminiRules } from './gemini-rules.ts';
import { thinkingConfig } from './gemini-thinking.ts';
import { presentMembers } from './present-members.ts';

/** What is known of the deployment. */
interface Limits {
  readonly rules: GeminiRules;
  /** The model's largest answer in tokens, where configured. */
  readonly maxOutputTokens: number | undefined;
}

/** The `generationConfig` of a request; `undefined` where it says nothing. Source: ai.google.dev/api/generate-content#GenerationConfig. */
export function generationConfig(request: ChatRequest, limits: Limits, losses: EncodingLosses): JsonObject | undefined {
  const { rules } = limits;
  return presentMembers({
    ...sampling(request, rules, losses),
    ...penalties(request, rules, losses),
    ...answerShape(request, rules, losses),
    ...responseFormat(request, rules, losses),
    maxOutputTokens: maxOutputTokens(request, limits.maxOutputTokens),
    stopSequences: stopSequences(request, losses),
    // Gemini's seed has 32 bits, OpenAI's 64. The same seed must stay the same.
    seed: request.seed === undefined ? undefined : request.seed | 0,
    thinkingConfig: thinkingConfig(request.reasoning_effort, rules, losses),
  });
}

function sampling(request: ChatRequest, rules: GeminiRules, losses: EncodingLosses): JsonObject {
  if (rules.sampling) {
    return { temperature: request.temperature, topP: request.top_p, topK: request.top_k };
  }
  losses.dropped.push(...givenOf(request, ['temperature', 'top_p', 'top_k']));
  return {};
}

/** A penalty of 0 is no penalty: some clients always send it. */
function penalties(request: ChatRequest, rules: GeminiRules, losses: EncodingLosses): JsonObject {
  if (rules.penalties) {
    return { frequencyPenalty: request.frequency_penalty, presencePenalty: request.presence_penalty };
  }
  const given = givenOf(request, ['frequency_penalty', 'presence_penalty']);
  losses.dropped.push(...given.filter((field) => request[field] !== 0));
  return {};
}

function givenOf(request: ChatRequest, fields: readonly string[]): readonly string[] {
  return fields.filter((field) => request[field] !== undefined);
}

function answerShape(request: ChatRequest, rules: GeminiRules, losses: EncodingLosses): JsonObject {
  const many = (request.n ?? 1) > 1;
  if (many && !rules.multipleCandidates) {
    refuse(losses, 'n', 'This Gemini model gives one answer to a call: leave out n or set it to 1.');
  }
  const logprobs = request.logprobs === true;
  return {
    candidateCount: many ? request.n : undefined,
    responseLogprobs: logprobs ? true : undefined,
    // Absent means none beside the chosen token, as OpenAI's 0 does.
    logprobs: logprobs && request.top_logprobs !== 0 ? request.top_logprobs : undefined,
  };
}

function responseFormat(request: ChatRequest, rules: GeminiRules, losses: EncodingLosses): JsonObject {
  const format = request.response_format;
  if (format === undefined || format.type === 'text') {
    return {};
  }
  if (format.type !== 'json_object' && format.type !== 'json_schema') {
    refuse(losses, 'response_format', 'Gemini answers in text, json_object or json_schema: use one of these.');
  }
  if (!rules.jsonWithTools && (request.tools ?? []).length > 0) {
    const message = 'This Gemini model cannot combine a JSON response_format with tools: leave out one of them.';
    refuse(losses, 'response_format', message);
  }
  return { responseMimeType: 'application/json', responseJsonSchema: format.json_schema?.schema };
}

/** More than the model can give is a 400, though the answer would be the same. */
function maxOutputTokens(request: ChatRequest, largest: number | undefined): number | undefined {
  const asked = request.max_completion_tokens ?? request.max_tokens;
  return asked === undefined ? undefined : Math.min(asked, largest ?? asked);
}

/** The vendor's limit, one above OpenAI's. */
const MAX_STOP_SEQUENCES = 5;

function stopSequences(request: ChatRequest, losses: EncodingLosses): readonly string[] | undefined {
  const given = typeof request.stop === 'string' ? [request.stop] : (request.stop ?? []);
  const sequences = given.filter((sequence) => sequence !== '');
  if (sequences.length > MAX_STOP_SEQUENCES) {
    refuse(losses, 'stop', `Gemini takes at most ${MAX_STOP_SEQUENCES} stop sequences; got ${sequences.length}.`);
  }
  return sequences.length === 0 ? undefined : sequences;
}
