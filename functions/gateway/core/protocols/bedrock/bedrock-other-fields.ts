import type { ChatRequest } from '../../chat/chat-request.ts';
import type { JsonObject } from '../../json.ts';
import type { EncodingNotes } from '../anthropic/encoding-notes.ts';

/** Refuses what would change the shape of the answer, and notes as dropped every field that Converse has no place for. */
export function noteOtherFields(request: ChatRequest, notes: EncodingNotes): void {
  for (const { field, isAsked, message } of SHAPES) {
    if (isAsked(request[field])) {
      notes.refuse(field, message);
    }
  }
  for (const [field, value] of Object.entries(request)) {
    if (!READ.has(field) && !isWithoutEffect(field, value)) {
      notes.drop(field);
    }
  }
}

interface UnknownShape {
  readonly field: string;
  readonly isAsked: (value: unknown) => boolean;
  readonly message: string;
}

/** What an answer of Converse's never is or has. */
const SHAPES: readonly UnknownShape[] = [
  { field: 'n', isAsked: (n) => Number(n ?? 1) > 1, message: 'Bedrock gives one choice: n must be 1.' },
  { field: 'logprobs', isAsked: (logprobs) => logprobs === true, message: 'Bedrock gives no log probabilities.' },
  {
    field: 'top_logprobs',
    isAsked: (count) => Number(count ?? 0) > 0,
    message: 'Bedrock gives no log probabilities.',
  },
  {
    field: 'modalities',
    isAsked: (modalities) => Array.isArray(modalities) && modalities.some((modality) => modality !== 'text'),
    message: 'Bedrock Converse answers in text only.',
  },
  { field: 'audio', isAsked: (audio) => audio !== undefined, message: 'Bedrock Converse answers in text only.' },
];

/** Fields that are translated, and those that concern the gateway alone. */
const READ = new Set([
  ...['model', 'messages', 'tools', 'tool_choice', 'parallel_tool_calls', 'response_format', 'reasoning_effort'],
  ...['max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'top_k', 'stop'],
  ...['n', 'logprobs', 'top_logprobs', 'modalities', 'audio'],
  ...['user', 'safety_identifier', 'metadata', 'service_tier'],
  ...['stream', 'stream_options', 'store', 'prompt_cache_key'],
]);

function isWithoutEffect(field: string, value: unknown): boolean {
  const isZeroPenalty = value === 0 && (field === 'frequency_penalty' || field === 'presence_penalty');
  return value === undefined || isZeroPenalty;
}

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
