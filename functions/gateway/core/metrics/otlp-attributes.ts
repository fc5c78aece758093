import type { AttemptRecord, RequestRecord } from '../model/request-record.ts';
import type { Vendor } from '../model/vendor.ts';
import type { JsonObject } from '../wire/json.ts';

/** Values by name; `undefined` ones are left out. */
export type AttributeValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** Attributes as OTLP's JSON has them. Whole numbers are texts there: JSON's own have too few digits for 64 bits. */
export function otlpAttributes(values: AttributeValues): readonly JsonObject[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

function anyValue(value: string | number | boolean): JsonObject {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    default:
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
}

/** Nanoseconds since 1970, as OTLP's JSON has them. */
export function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms * 1000)) * 1000n);
}

/** Names of vendors in OpenTelemetry's conventions, where they differ from ours. Source: semantic-conventions-genai, `gen_ai.provider.name`, 2026-11. */
const PROVIDER_NAMES: Partial<Record<Vendor, string>> = {
  azure: 'azure.ai.openai',
  'google-ai': 'gcp.gemini',
  vertex: 'gcp.vertex_ai',
  bedrock: 'aws.bedrock',
  mistral: 'mistral_ai',
  moonshot: 'moonshot_ai',
  xai: 'x_ai',
};

/** A vendor as `gen_ai.provider.name`. */
export function providerName(vendor: Vendor): string {
  return PROVIDER_NAMES[vendor] ?? vendor;
}

/** `error.type` of a request, one of few: the status of an error, or how the answer ended. `undefined`: nothing went wrong for the caller. */
export function requestError({ ending, status }: RequestRecord): string | undefined {
  if (ending === 'complete') {
    return undefined;
  }
  return ending === 'refused' || ending === 'failed' ? String(status) : ending;
}

/** `error.type` of an upstream call: why it failed. `undefined`: it did not. */
export function attemptError({ outcome, failure }: AttemptRecord): string | undefined {
  return outcome === 'served' ? undefined : (failure?.kind ?? outcome);
}
