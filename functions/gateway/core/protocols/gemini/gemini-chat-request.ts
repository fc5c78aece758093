import type { ChatRequest } from '../../model/chat-request.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { Encoding, Target } from '../protocol.ts';
import { type EncodingLosses, noLosses, refuse } from './encoding-losses.ts';
import { geminiConversation } from './gemini-conversation.ts';
import { generationConfig } from './gemini-generation-config.ts';
import { modelPath } from './gemini-model-path.ts';
import { type GeminiRules, geminiRules } from './gemini-rules.ts';
import { geminiTools } from './gemini-tools.ts';
import { presentMembers } from './present-members.ts';

/** A chat request as generateContent, or streamGenerateContent with server-sent events. */
export function encodeGeminiChat(request: ChatRequest, target: Target): Encoding {
  const rules = geminiRules(target);
  const losses = noLosses();
  const body = {
    ...geminiConversation(request.messages, rules, losses),
    ...geminiTools(request, losses),
    ...presentMembers({
      generationConfig: generationConfig(request, { rules, maxOutputTokens: target.maxOutputTokens }, losses),
      serviceTier: serviceTier(request, rules, losses),
    }),
  };
  noteUntranslated(request, losses);
  const refusal = losses.refusals[0];
  if (refusal !== undefined) {
    return refusal;
  }
  const path = target.streaming ? `${modelPath(target.model, 'streamGenerateContent')}?alt=sse` : plainPath(target);
  return { kind: 'encoded', request: { path, headers: {}, body }, dropped: losses.dropped };
}

function plainPath(target: Target): string {
  return modelPath(target.model, 'generateContent');
}

/** OpenAI's names for what Gemini offers. `auto` leaves the choice to the vendor. */
const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['default', 'standard'],
  ['flex', 'flex'],
  ['priority', 'priority'],
]);

function serviceTier(request: ChatRequest, rules: GeminiRules, losses: EncodingLosses): string | undefined {
  const asked = request.service_tier;
  if (asked === undefined || asked === 'auto') {
    return undefined;
  }
  const tier = rules.serviceTier ? SERVICE_TIERS.get(asked) : undefined;
  if (tier === undefined) {
    losses.dropped.push('service_tier');
  }
  return tier;
}

/** Fields that the other functions of this translation have read. */
const TRANSLATED: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'top_k',
  'n',
  'seed',
  'stop',
  'frequency_penalty',
  'presence_penalty',
  'logprobs',
  'top_logprobs',
  'response_format',
  'reasoning_effort',
  'service_tier',
]);

/** Fields that are the gateway's business, so that leaving them out loses nothing. */
const GATEWAY_ONLY: ReadonlySet<string> = new Set([
  'stream',
  'stream_options',
  'metadata',
  'store',
  'prompt_cache_key',
]);

/** Unknown fields are a 400 at Gemini ("Unknown name"), so they stay behind. */
function noteUntranslated(request: JsonObject, losses: EncodingLosses): void {
  for (const [field, value] of Object.entries(request)) {
    if (TRANSLATED.has(field) || GATEWAY_ONLY.has(field) || value === undefined || asksNothing(field, value)) {
      continue;
    }
    if (field === 'modalities' || field === 'audio') {
      refuse(losses, field, `Gemini answers in text here: leave out ${field}.`);
    } else {
      losses.dropped.push(field);
    }
  }
}

/** Values that say what happens anyway. */
function asksNothing(field: string, value: unknown): boolean {
  if (field === 'modalities') {
    return Array.isArray(value) && value.every((modality) => modality === 'text');
  }
  return field === 'parallel_tool_calls' && value === true;
}
