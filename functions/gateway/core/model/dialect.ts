import type { JsonObject } from '../wire/json.ts';
import type { ProtocolName } from './gateway-config.ts';

/** A wire format by name: whose words an opaque value is in. */
export type Dialect = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini' | 'bedrock-converse';

/**
 * What only one dialect understands: a signature, encrypted reasoning, a server's own tool, a member that nobody here knows. An encoder of
 * the same dialect sends it word for word; any other does what `ifForeign` says.
 */
export interface Native {
  readonly dialect: Dialect;
  readonly value: JsonObject;
  /** `drop`: left out and named to the caller. `refuse`: the answer would be another without it. `ignore`: leaving it out loses nothing. */
  readonly ifForeign: 'drop' | 'refuse' | 'ignore';
}

/** The value of a `Native` in the words of `dialect`; `undefined` where it is in another's. */
export function nativeValue(native: Native | undefined, dialect: Dialect): JsonObject | undefined {
  return native?.dialect === dialect ? native.value : undefined;
}

/** The dialect that each protocol of the configuration is in. */
export const DIALECTS: Readonly<Record<ProtocolName, Dialect>> = {
  openai: 'openai-chat',
  'openai-responses': 'openai-responses',
  anthropic: 'anthropic-messages',
  gemini: 'gemini',
  bedrock: 'bedrock-converse',
};
