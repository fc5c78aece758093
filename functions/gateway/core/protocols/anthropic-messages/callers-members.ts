import type { Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';

/** What the caller says of stopping, of himself and of tiers. */
export function callersMembers({ limits, user, serviceTier: tier }: Prompt, notes: EncodingNotes): JsonObject {
  return {
    stop_sequences: limits.stop.length === 0 ? undefined : stopSequences(limits.stop, notes),
    metadata: user === undefined || user === '' ? undefined : userId(user, notes),
    service_tier: tier === undefined ? undefined : serviceTier(tier, notes),
  };
}

/** `stop_sequences`: the API refuses those of white space alone. */
function stopSequences(asked: readonly string[], notes: EncodingNotes): readonly string[] | undefined {
  const kept = asked.filter((stop) => stop.trim() !== '');
  if (kept.length < asked.length) {
    notes.drop('stop');
  }
  return kept.length === 0 ? undefined : kept;
}

/** The API's longest `user_id`. */
const MAX_USER_ID_CHARS = 256;

/** `metadata.user_id`. The API refuses what looks like an e-mail address or a telephone number. */
function userId(user: string, notes: EncodingNotes): JsonObject | undefined {
  if (user.length > MAX_USER_ID_CHARS || user.includes('@') || /^\+?[\d\s().-]{7,20}$/.test(user)) {
    notes.drop('user');
    return undefined;
  }
  return { user_id: user };
}

/** Anthropic's tiers by OpenAI's names. Source: Anthropic, "Service tiers", 2026-11. */
const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['auto', 'auto'],
  ['default', 'standard_only'],
]);

/** `service_tier`. OpenAI's other tiers are products that Anthropic does not sell. */
function serviceTier(asked: string, notes: EncodingNotes): string | undefined {
  const tier = SERVICE_TIERS.get(asked);
  if (tier === undefined) {
    notes.drop('serviceTier');
  }
  return tier;
}

/** Notes the settings of sampling that the Messages API never had. A penalty of 0 changes nothing. */
export function noteOtherSampling({ sampling }: Prompt, notes: EncodingNotes): void {
  if (sampling.seed !== undefined) {
    notes.drop('seed');
  }
  for (const penalty of ['frequencyPenalty', 'presencePenalty'] as const) {
    if ((sampling[penalty] ?? 0) !== 0) {
      notes.drop(penalty);
    }
  }
}
