import type { Native } from '../../model/dialect.ts';
import type { JsonObject } from '../../wire/json.ts';

/** A value in Anthropic's own words. */
export function ownNative(value: JsonObject, ifForeign: Native['ifForeign']): Native {
  return { dialect: 'anthropic-messages', value, ifForeign };
}
