import type { Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';

/** Notes the settings of sampling that Converse never had. A penalty of 0 changes nothing. */
export function noteOtherSampling({ sampling }: Prompt, notes: EncodingNotes): void {
  const { seed, frequencyPenalty = 0, presencePenalty = 0 } = sampling;
  if (seed !== undefined) {
    notes.drop('seed');
  }
  if (frequencyPenalty !== 0) {
    notes.drop('frequencyPenalty');
  }
  if (presencePenalty !== 0) {
    notes.drop('presencePenalty');
  }
}

/** Source: Amazon Bedrock API reference, "ServiceTier", 2026-11. */
const SERVICE_TIERS: ReadonlySet<string> = new Set(['default', 'flex', 'priority', 'reserved']);

/** Converse's `serviceTier`. `auto` is what it does without. */
export function serviceTier({ serviceTier: asked }: Prompt, notes: EncodingNotes): JsonObject | undefined {
  if (asked === undefined || asked === 'auto') {
    return undefined;
  }
  if (SERVICE_TIERS.has(asked)) {
    return { type: asked };
  }
  notes.drop('serviceTier');
  return undefined;
}

const MAX_METADATA_ENTRIES = 16;
const MAX_METADATA_CHARS = 256;

/**
 * Converse's `requestMetadata`, by which Bedrock's invocation logs can be filtered: who asks and the caller's labels, as many as Converse
 * takes. Characters that it refuses become underscores. Source: Amazon Bedrock API reference, "Converse", `requestMetadata`, 2026-11.
 */
export function requestMetadata({ metadata = {}, user }: Prompt, notes: EncodingNotes): JsonObject | undefined {
  const labels = new Map<string, string>(user === undefined ? [] : [['user', allowedText(user)]]);
  for (const [key, value] of Object.entries(metadata)) {
    const name = allowedText(key);
    if (typeof value !== 'string' || name === '' || (labels.size >= MAX_METADATA_ENTRIES && !labels.has(name))) {
      notes.drop('metadata');
    } else {
      labels.set(name, allowedText(value));
    }
  }
  return labels.size === 0 ? undefined : Object.fromEntries(labels);
}

/** Cut before it is searched: a label may be as long as the request. */
function allowedText(text: string): string {
  return text.slice(0, MAX_METADATA_CHARS).replace(/[^a-zA-Z0-9\s:_@$#=/+,.-]/g, '_');
}
