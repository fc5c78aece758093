import { isJsonObject, type JsonObject } from '../../wire/json.ts';

/** Deeper than any sensible schema; what lies deeper is left as it is. */
const MAX_DEPTH = 64;

/** Constraints that structured outputs answer with 400. Source: Anthropic's page on structured outputs, "JSON Schema limitations". */
const UNSUPPORTED = new Set([
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength'],
  ...['maxItems', 'uniqueItems', 'contains', 'minContains', 'maxContains', 'minProperties', 'maxProperties'],
]);

const SCHEMAS_BY_NAME = new Set(['properties', '$defs', 'definitions']);
const SCHEMA_LISTS = new Set(['anyOf', 'allOf', 'oneOf', 'prefixItems']);

/**
 * A JSON schema in the subset of Anthropic's structured outputs: every object closed (`additionalProperties: false`), and constraints
 * that the grammar cannot hold told to the model in the description instead. `undefined` for a schema with free keys
 * (`additionalProperties: {...}`), which the subset cannot say.
 */
export function closedSchema(schema: JsonObject): JsonObject | undefined {
  return hasFreeKeys(schema, 0) ? undefined : closed(schema, 0);
}

function hasFreeKeys(schema: unknown, depth: number): boolean {
  if (!isJsonObject(schema) || depth > MAX_DEPTH) {
    return false;
  }
  const { additionalProperties, patternProperties } = schema;
  const isFree = isJsonObject(additionalProperties) || isJsonObject(patternProperties);
  return isFree || subschemas(schema).some((inner) => hasFreeKeys(inner, depth + 1));
}

function subschemas(schema: JsonObject): readonly unknown[] {
  return Object.entries(schema).flatMap(([key, value]) => {
    if (SCHEMAS_BY_NAME.has(key) && isJsonObject(value)) {
      return Object.values(value);
    }
    return SCHEMA_LISTS.has(key) && Array.isArray(value) ? value : [key === 'items' ? value : undefined];
  });
}

function closed(schema: JsonObject, depth: number): JsonObject {
  const entries = Object.entries(schema);
  const kept = entries.filter(([key, value]) => !isUnsupported(key, value));
  const told = entries.filter(([key, value]) => isUnsupported(key, value)).map(([key, value]) => `${key}: ${value}`);
  const closes = schema.type === 'object' || isJsonObject(schema.properties);
  return {
    ...Object.fromEntries(kept.map(([key, value]) => [key, closedMember(key, value, depth)])),
    ...(closes ? { additionalProperties: false } : {}),
    ...(told.length === 0 ? {} : { description: describe(schema.description, told) }),
  };
}

/** `minItems` of 0 and 1 is within the subset. */
function isUnsupported(key: string, value: unknown): boolean {
  return UNSUPPORTED.has(key) || (key === 'minItems' && typeof value === 'number' && value > 1);
}

function closedMember(key: string, value: unknown, depth: number): unknown {
  if (SCHEMAS_BY_NAME.has(key) && isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, closedValue(inner, depth + 1)]));
  }
  if (SCHEMA_LISTS.has(key) && Array.isArray(value)) {
    return value.map((inner) => closedValue(inner, depth + 1));
  }
  return key === 'items' ? closedValue(value, depth + 1) : value;
}

function closedValue(value: unknown, depth: number): unknown {
  return isJsonObject(value) && depth <= MAX_DEPTH ? closed(value, depth) : value;
}

function describe(description: unknown, told: readonly string[]): string {
  const constraints = `(${told.join(', ')})`;
  return typeof description === 'string' ? `${description} ${constraints}` : constraints;
}
