import type { ChatRequest } from '../../model/chat-request.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from './encoding-notes.ts';
import type { KnownFields } from './unhonoured-fields.ts';

/** Fields that the encoder reads, here or elsewhere. */
const READ = [
  ...['model', 'messages', 'max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'top_k', 'stop'],
  ...['tools', 'tool_choice', 'parallel_tool_calls', 'response_format', 'reasoning_effort', 'service_tier'],
  ...['user', 'safety_identifier'],
];

/** Fields for the gateway itself, or whose meaning the answer keeps anyhow. */
const GATEWAY_ONLY = ['stream', 'stream_options', 'store', 'metadata', 'prompt_cache_key'];

/** What the Messages API honours of a request. */
export const ANTHROPIC_FIELDS: KnownFields = { vendor: 'Anthropic', fields: new Set([...READ, ...GATEWAY_ONLY]) };

/** `stop_sequences`: the API refuses those of white space alone. */
export function stopSequences(request: ChatRequest, notes: EncodingNotes): readonly string[] | undefined {
  const asked = typeof request.stop === 'string' ? [request.stop] : (request.stop ?? []);
  const kept = asked.filter((stop) => stop.trim() !== '');
  if (kept.length < asked.length) {
    notes.drop('stop');
  }
  return kept.length === 0 ? undefined : kept;
}

/** The API's longest `user_id`. */
const MAX_USER_ID_CHARS = 256;

/** `metadata.user_id`. The API refuses what looks like an e-mail address or a telephone number. */
export function userId(request: ChatRequest, notes: EncodingNotes): JsonObject | undefined {
  const field = request.safety_identifier === undefined ? 'user' : 'safety_identifier';
  const id = request[field];
  if (typeof id !== 'string' || id === '') {
    return undefined;
  }
  if (id.length > MAX_USER_ID_CHARS || id.includes('@') || /^\+?[\d\s().-]{7,20}$/.test(id)) {
    notes.drop(field);
    return undefined;
  }
  return { user_id: id };
}

const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['auto', 'auto'],
  ['default', 'standard_only'],
]);

/** `service_tier`. OpenAI's other tiers are products that Anthropic does not sell. */
export function serviceTier(request: ChatRequest, notes: EncodingNotes): string | undefined {
  const { service_tier: asked } = request;
  const tier = asked === undefined ? undefined : SERVICE_TIERS.get(asked);
  if (asked !== undefined && tier === undefined) {
    notes.drop('service_tier');
  }
  return tier;
}
