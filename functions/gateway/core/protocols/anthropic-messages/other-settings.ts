import type { Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';

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

/** `stop_sequences`: the API refuses those of white space alone. */
export function stopSequences({ limits }: Prompt, notes: EncodingNotes): readonly string[] | undefined {
  const kept = limits.stop.filter((stop) => stop.trim() !== '');
  if (kept.length < limits.stop.length) {
    notes.drop('stop');
  }
  return kept.length === 0 ? undefined : kept;
}

/** The API's longest `user_id`. */
const MAX_USER_ID_CHARS = 256;

/** `metadata.user_id`. The API refuses what looks like an e-mail address or a telephone number. */
export function userId({ user }: Prompt, notes: EncodingNotes): JsonObject | undefined {
  if (user === undefined || user === '') {
    return undefined;
  }
  if (user.length > MAX_USER_ID_CHARS || user.includes('@') || /^\+?[\d\s().-]{7,20}$/.test(user)) {
    notes.drop('user');
    return undefined;
  }
  return { user_id: user };
}

const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['auto', 'auto'],
  ['default', 'standard_only'],
]);

/** `service_tier`. OpenAI's other tiers are products that Anthropic does not sell. */
export function serviceTier({ serviceTier: asked }: Prompt, notes: EncodingNotes): string | undefined {
  const tier = asked === undefined ? undefined : SERVICE_TIERS.get(asked);
  if (asked !== undefined && tier === undefined) {
    notes.drop('serviceTier');
  }
  return tier;
}
