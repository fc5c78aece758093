import type { ChatRequest } from '../../model/chat-request.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../anthropic-messages/encoding-notes.ts';
import type { KnownFields } from '../anthropic-messages/unhonoured-fields.ts';

/** Fields that are translated, and those that concern the gateway alone. */
const READ = [
  ...['model', 'messages', 'tools', 'tool_choice', 'parallel_tool_calls', 'response_format', 'reasoning_effort'],
  ...['max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'top_k', 'stop'],
  ...['user', 'safety_identifier', 'metadata', 'service_tier'],
  ...['stream', 'stream_options', 'store', 'prompt_cache_key'],
];

/** What Converse honours of a request. */
export const CONVERSE_FIELDS: KnownFields = { vendor: 'Bedrock Converse', fields: new Set(READ) };

const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['default', 'default'],
  ['flex', 'flex'],
  ['priority', 'priority'],
  ['reserved', 'reserved'],
]);

/** Converse's `serviceTier`. `auto` is what it does without. */
export function serviceTier(request: ChatRequest, notes: EncodingNotes): JsonObject | undefined {
  const { service_tier: asked } = request;
  const type = SERVICE_TIERS.get(asked ?? '');
  if (type === undefined && asked !== undefined && asked !== 'auto') {
    notes.drop('service_tier');
  }
  return type === undefined ? undefined : { type };
}

const MAX_METADATA_ENTRIES = 16;
const MAX_METADATA_CHARS = 256;

/**
 * Converse's `requestMetadata`, by which Bedrock's invocation logs can be filtered: the caller's `metadata` and who asks. Characters that
 * Converse refuses become underscores. Source: Amazon Bedrock API reference, "Converse", `requestMetadata`.
 */
export function requestMetadata(request: ChatRequest): JsonObject | undefined {
  const { metadata, user, safety_identifier: safetyIdentifier } = request;
  const entries = Object.entries({ user: safetyIdentifier ?? user, ...metadata })
    .filter(([key, value]) => key !== '' && typeof value === 'string')
    .slice(0, MAX_METADATA_ENTRIES)
    .map(([key, value]) => [allowedText(key), allowedText(String(value))]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function allowedText(text: string): string {
  return text.replace(/[^a-zA-Z0-9\s:_@$#=/+,.-]/g, '_').slice(0, MAX_METADATA_CHARS);
}
