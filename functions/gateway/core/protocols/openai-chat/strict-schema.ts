import { isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { hasCycle, localName } from '../claude/schema-refs.ts';
import { resolvedRoot } from '../object-root.ts';

/** OpenAI's limits. Source: its guide "Structured model outputs", "Supported schemas", 2026-11. */
const MAX_DEPTH = 10;
const MAX_PROPERTIES = 5000;
const MAX_ENUM_VALUES = 1000;

/** Whose subset: OpenAI's, which others took over, or Cerebras's, which is smaller. */
export type StrictSubset = 'openai' | 'cerebras';

/** Cerebras's. Source: inference-docs.cerebras.ai/capabilities/structured-outputs, "Limitations", 2026-11. */
const NOT_IN_CEREBRAS: readonly string[] = ['pattern', 'format', 'minItems', 'maxItems'];
const MAX_CHARS_IN_CEREBRAS = 5000;

interface Reading {
  readonly subset: StrictSubset;
  /** The definitions to which each refers, the schema itself by no name. */
  readonly refs: Map<string, Set<string>>;
  /** The definition that is read. */
  at: string;
  properties: number;
  enumValues: number;
  isHeld: boolean;
}

/**
 * A strict schema in OpenAI's subset, as its SDKs write it: objects closed, `oneOf` as `anyOf`, an `allOf` of one as that one, no
 * defaults. `undefined` for a schema that strictness would change: with optional properties, values of any kind or keywords outside the
 * subset. Sources: OpenAI's guide "Structured model outputs"; `lib/transform` of openai-node 7, 2026-11.
 */
export function strictSchema(given: JsonObject, subset: StrictSubset = 'openai'): JsonObject | undefined {
  const schema = resolvedRoot(given);
  const reading: Reading = { subset, refs: new Map(), at: ROOT, properties: 0, enumValues: 0, isHeld: true };
  const root = held(schema, 0, reading);
  const definitions = ['$defs', 'definitions'].flatMap((key) => {
    const inner = Object.entries(objectMember(schema, key) ?? {}).map(([name, value]) => {
      reading.at = name;
      return [name, held(value, 1, reading)];
    });
    return inner.length === 0 ? [] : [[key, Object.fromEntries(inner)]];
  });
  const strict = { ...root, ...Object.fromEntries(definitions) };
  const isObject = root.type === 'object' && root.anyOf === undefined;
  return reading.isHeld && isObject && isWithin(strict, reading) ? strict : undefined;
}

/** The name of the schema itself, as references have it. */
const ROOT = '#';

function isWithin(strict: JsonObject, { subset, refs, properties, enumValues }: Reading): boolean {
  const isSmall = properties <= MAX_PROPERTIES && enumValues <= MAX_ENUM_VALUES;
  return subset === 'openai'
    ? isSmall
    : isSmall && !hasCycle(refs) && JSON.stringify(strict).length <= MAX_CHARS_IN_CEREBRAS;
}

function noteReference(schema: JsonObject, { refs, at }: Reading): void {
  const ref = stringMember(schema, '$ref');
  const name = ref === ROOT ? ROOT : localName(ref ?? '');
  if (name !== undefined) {
    refs.set(at, (refs.get(at) ?? new Set()).add(name));
  }
}

/** What may stand in a schema beside its parts, and says the same wherever it stands. */
const PLAIN: ReadonlySet<string> = new Set([
  ...['type', 'description', 'title', 'enum', 'const', '$ref', '$schema', '$id', '$comment'],
  ...['pattern', 'multipleOf', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minItems', 'maxItems'],
]);
/** Parts that are read apart. */
const PARTS: ReadonlySet<string> = new Set([
  ...['properties', 'required', 'additionalProperties', 'items', 'anyOf', 'format', '$defs', 'definitions'],
]);
/** Source: OpenAI's guide "Structured model outputs", "Supported schemas", 2026-11. */
const FORMATS: ReadonlySet<unknown> = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'],
]);

function held(value: unknown, depth: number, reading: Reading): JsonObject {
  if (!isJsonObject(value) || depth > MAX_DEPTH || !reading.isHeld) {
    return unheld(reading);
  }
  const { default: _, ...schema } = withoutOneOf(value);
  if (!Object.keys(schema).every((key) => isKnown(key, reading)) || !hasKind(schema)) {
    return unheld(reading);
  }
  noteReference(schema, reading);
  reading.enumValues += Array.isArray(schema.enum) ? schema.enum.length : 0;
  return {
    ...Object.fromEntries(Object.entries(schema).filter(([key]) => PLAIN.has(key))),
    ...union(schema, depth, reading),
    ...objectParts(schema, depth, reading),
    ...(schema.items !== undefined && { items: held(schema.items, depth + 1, reading) }),
    ...format(schema, reading),
  };
}

function isKnown(key: string, { subset }: Reading): boolean {
  return (PLAIN.has(key) || PARTS.has(key)) && (subset === 'openai' || !NOT_IN_CEREBRAS.includes(key));
}

function unheld(reading: Reading): JsonObject {
  reading.isHeld = false;
  return {};
}

function withoutOneOf(schema: JsonObject): JsonObject {
  const { oneOf, allOf, ...others } = schema;
  const { discriminator: _, ...plain } = others;
  if (Array.isArray(oneOf) && others.anyOf === undefined && allOf === undefined) {
    return { ...plain, anyOf: oneOf };
  }
  const isOne = Array.isArray(allOf) && allOf.length === 1 && isJsonObject(allOf[0]) && oneOf === undefined;
  return isOne ? { ...others, ...allOf[0] } : schema;
}

/** Whether the schema says what kind of value it is for: `{}` is for any. */
function hasKind({ type, anyOf, $ref, enum: values, const: constant }: JsonObject): boolean {
  return [type, anyOf, $ref, values, constant].some((said) => said !== undefined);
}

function union({ anyOf }: JsonObject, depth: number, reading: Reading): JsonObject {
  return Array.isArray(anyOf) ? { anyOf: anyOf.map((branch: unknown) => held(branch, depth + 1, reading)) } : {};
}

/** All properties required, and no others: an object that says nothing of others is closed, as strictness means it. */
function objectParts(schema: JsonObject, depth: number, reading: Reading): JsonObject {
  if (![schema.type].flat().includes('object')) {
    return {};
  }
  const properties = Object.entries(objectMember(schema, 'properties') ?? {});
  const required = new Set<unknown>(Array.isArray(schema.required) ? schema.required : []);
  const { additionalProperties: others } = schema;
  const isClosed = others === false || (others === undefined && properties.length > 0);
  reading.properties += properties.length;
  if (!isClosed || !properties.every(([name]) => required.has(name))) {
    return unheld(reading);
  }
  return {
    properties: Object.fromEntries(properties.map(([name, inner]) => [name, held(inner, depth + 1, reading)])),
    required: properties.map(([name]) => name),
    additionalProperties: false,
  };
}

function format(schema: JsonObject, reading: Reading): JsonObject {
  const name = stringMember(schema, 'format');
  if (name === undefined) {
    return {};
  }
  return FORMATS.has(name) ? { format: name } : unheld(reading);
}
