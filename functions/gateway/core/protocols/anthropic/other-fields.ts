import type { ChatRequest } from '../../chat/chat-request.ts';
import type { JsonObject } from '../../json.ts';
import type { EncodingNotes } from './encoding-notes.ts';

/** Fields that the encoder reads, here or elsewhere. */
const READ = new Set([
  ...['model', 'messages', 'max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'top_k', 'stop', 'n'],
  ...['tools', 'tool_choice', 'parallel_tool_calls', 'response_format', 'reasoning_effort', 'service_tier'],
  ...['user', 'safety_identifier', 'logprobs', 'top_logprobs', 'modalities', 'audio'],
]);

/** Fields for the gateway itself, or whose meaning the answer keeps anyhow. */
const GATEWAY_ONLY = new Set(['stream', 'stream_options', 'store', 'metadata', 'prompt_cache_key']);

/** Refuses what would change the shape of the answer, and notes as dropped every field that Anthropic has no place for. */
export function noteOtherFields(request: ChatRequest, notes: EncodingNotes): void {
  for (const { field, isAsked, message } of SHAPES) {
    if (isAsked(request[field])) {
      notes.refuse(field, message);
    }
  }
  for (const [field, value] of Object.entries(request)) {
    if (!READ.has(field) && !GATEWAY_ONLY.has(field) && !isWithoutEffect(field, value)) {
      notes.drop(field);
    }
  }
}

interface UnknownShape {
  readonly field: string;
  readonly isAsked: (value: unknown) => boolean;
  readonly message: string;
}

/** What an answer of Anthropic's never is or has. */
const SHAPES: readonly UnknownShape[] = [
  { field: 'n', isAsked: (n) => Number(n ?? 1) > 1, message: 'Anthropic gives one choice: n must be 1.' },
  { field: 'logprobs', isAsked: (logprobs) => logprobs === true, message: 'Anthropic gives no log probabilities.' },
  {
    field: 'top_logprobs',
    isAsked: (count) => Number(count ?? 0) > 0,
    message: 'Anthropic gives no log probabilities.',
  },
  {
    field: 'modalities',
    isAsked: (modalities) => Array.isArray(modalities) && modalities.some((modality) => modality !== 'text'),
    message: 'Anthropic answers in text only.',
  },
  { field: 'audio', isAsked: (audio) => audio !== undefined, message: 'Anthropic answers in text only.' },
];

function isWithoutEffect(field: string, value: unknown): boolean {
  const isZeroPenalty = value === 0 && (field === 'frequency_penalty' || field === 'presence_penalty');
  return value === undefined || isZeroPenalty;
}

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
