import { defined } from '../../model/defined.ts';
import { isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { hasCycle, localName, normalRef } from './schema-refs.ts';

/** A schema in the subset of Claude's structured outputs, with what counts towards the limits of a request. */
export interface ClosedSchema {
  readonly schema: JsonObject;
  /** Properties that are not required, at any depth. */
  readonly optionals: number;
  /** Schemas of several types. */
  readonly unions: number;
}

/** Deeper than any sensible schema. */
const MAX_DEPTH = 64;

/**
 * A JSON schema in the subset of Claude's structured outputs, as Anthropic's own SDK writes it: objects closed, `oneOf` as `anyOf`, and what
 * the grammar cannot hold told to the model in the description. `undefined` for a schema that would mean something else: with keys or
 * values of any kind (`{}`, an object without properties, `additionalProperties: true`), recursive, or put together by `allOf`. Sources:
 * Anthropic's page on structured outputs, "JSON Schema limitations"; `lib/transform-json-schema` of @anthropic-ai/sdk 1.14, 2026-11.
 */
export function closedSchema(schema: JsonObject): ClosedSchema | undefined {
  const definitions = { ...objectMember(schema, 'definitions'), ...objectMember(schema, '$defs') };
  const reading: Reading = {
    names: new Set(Object.keys(definitions)),
    refs: new Map(),
    at: '',
    optionals: 0,
    unions: 0,
    isHeld: true,
  };
  const root = closed(schema, 0, reading);
  const closedDefinitions = Object.entries(definitions).map(([name, inner]) => {
    reading.at = name;
    return [name, closed(inner, 1, reading)];
  });
  const { isHeld, optionals, unions, refs } = reading;
  if (!isHeld || hasCycle(refs)) {
    return undefined;
  }
  const defs = closedDefinitions.length === 0 ? {} : { $defs: Object.fromEntries(closedDefinitions) };
  return { schema: { ...root, ...defs }, optionals, unions };
}

/** The same for a tool's arguments, which are an object: one without properties takes none. `undefined` where it is a union too. */
export function closedArguments(schema: JsonObject | undefined): ClosedSchema | undefined {
  const closing = Object.keys(objectMember(schema, 'properties') ?? {}).length === 0 && { additionalProperties: false };
  const found = closedSchema({ type: 'object', ...closing, ...schema });
  return found?.schema.type === 'object' ? found : undefined;
}

interface Reading {
  /** The definitions that may be referred to. */
  readonly names: ReadonlySet<string>;
  /** The definitions to which each refers. */
  readonly refs: Map<string, Set<string>>;
  /** The definition that is read; empty: the schema itself. */
  at: string;
  optionals: number;
  unions: number;
  isHeld: boolean;
}

function unheld(reading: Reading): JsonObject {
  reading.isHeld = false;
  return {};
}

function closed(value: unknown, depth: number, reading: Reading): JsonObject {
  if (!isJsonObject(value) || depth > MAX_DEPTH || !reading.isHeld) {
    return unheld(reading);
  }
  const schema = withoutOneOf(value);
  const ref = stringMember(schema, '$ref');
  if (ref !== undefined) {
    return reference(ref, reading);
  }
  const told = Object.entries(schema).filter(([key, inner]) => !isHeldMember(key, inner, schema));
  return {
    ...ofItsKind(schema, depth, reading),
    ...defined({ title: schema.title }),
    ...described(schema.description, told),
  };
}

/** `oneOf` says no more than `anyOf` of what a model may write; an `allOf` of one is that one. */
function withoutOneOf(schema: JsonObject): JsonObject {
  const { oneOf, allOf, ...others } = schema;
  if (Array.isArray(oneOf) && others.anyOf === undefined) {
    return withoutOneOf({ ...others, ...defined({ allOf }), anyOf: oneOf });
  }
  return Array.isArray(allOf) && allOf.length === 1 && isJsonObject(allOf[0]) ? { ...others, ...allOf[0] } : schema;
}

function reference(ref: string, reading: Reading): JsonObject {
  const name = localName(ref);
  if (name === undefined || !reading.names.has(name)) {
    return unheld(reading);
  }
  const refs = reading.refs.get(reading.at) ?? new Set();
  reading.refs.set(reading.at, refs.add(name));
  return { $ref: normalRef(name) };
}

function ofItsKind(schema: JsonObject, depth: number, reading: Reading): JsonObject {
  if (isLiteral(schema)) {
    return schema.const === undefined ? { enum: schema.enum } : { const: schema.const };
  }
  if (schema.allOf !== undefined) {
    return unheld(reading);
  }
  return Array.isArray(schema.anyOf) ? union(schema, schema.anyOf, { depth, reading }) : typed(schema, depth, reading);
}

interface Place {
  readonly depth: number;
  readonly reading: Reading;
}

/** Closed beside its branches, an object would admit none of their members. */
function union(schema: JsonObject, branches: readonly unknown[], { depth, reading }: Place): JsonObject {
  reading.unions += 1;
  return schema.properties === undefined
    ? { anyOf: branches.map((branch) => closed(branch, depth + 1, reading)) }
    : unheld(reading);
}

function typed(schema: JsonObject, depth: number, reading: Reading): JsonObject {
  const types = typesOf(schema);
  if (types.length === 0) {
    return unheld(reading);
  }
  reading.unions += types.length > 1 ? 1 : 0;
  return {
    type: types.length === 1 ? types[0] : types,
    ...(types.includes('object') && objectMembers(schema, depth, reading)),
    ...(types.includes('array') && arrayMembers(schema, depth, reading)),
    ...(hasKnownFormat(schema) && { format: schema.format }),
  };
}

function isLiteral(schema: JsonObject): boolean {
  const isPrimitive = (value: unknown) => value === null || typeof value !== 'object';
  const { const: constant, enum: values } = schema;
  return (
    (constant !== undefined && isPrimitive(constant)) ||
    (Array.isArray(values) && values.length > 0 && values.every(isPrimitive))
  );
}

function typesOf({ type, properties, items }: JsonObject): readonly unknown[] {
  if (type !== undefined) {
    return [type].flat();
  }
  if (properties !== undefined) {
    return ['object'];
  }
  return items === undefined ? [] : ['array'];
}

function objectMembers(schema: JsonObject, depth: number, reading: Reading): JsonObject {
  const properties = Object.entries(objectMember(schema, 'properties') ?? {});
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const { additionalProperties: others, patternProperties: patterns } = schema;
  const isFree = (properties.length === 0 && others !== false) || (others ?? false) !== false || patterns !== undefined;
  const known = new Set<unknown>(properties.map(([name]) => name));
  if (isFree || required.some((name) => !known.has(name))) {
    return unheld(reading);
  }
  reading.optionals += properties.length - new Set(required).size;
  return {
    properties: Object.fromEntries(properties.map(([name, inner]) => [name, closed(inner, depth + 1, reading)])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

function arrayMembers(schema: JsonObject, depth: number, reading: Reading): JsonObject {
  return {
    items: closed(schema.items, depth + 1, reading),
    ...(isHeldCount(schema.minItems) && { minItems: schema.minItems }),
  };
}

/** Source: Anthropic's page on structured outputs, "JSON Schema limitations", 2026-11. */
const FORMATS: ReadonlySet<unknown> = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'],
]);

function hasKnownFormat(schema: JsonObject): boolean {
  return FORMATS.has(schema.format) && [schema.type].flat().includes('string');
}

function isHeldCount(minItems: unknown): boolean {
  return minItems === 0 || minItems === 1;
}

const READ: ReadonlySet<string> = new Set([
  ...['type', 'anyOf', 'properties', 'required', 'additionalProperties', 'patternProperties', 'items'],
  ...['title', 'description', '$defs', 'definitions', '$schema', '$id', '$comment'],
]);

/** Whether the grammar holds a member, or it says nothing of the value. */
function isHeldMember(key: string, value: unknown, schema: JsonObject): boolean {
  switch (key) {
    case 'enum':
    case 'const':
      return isLiteral(schema);
    case 'format':
      return hasKnownFormat(schema);
    case 'minItems':
      return isHeldCount(value);
    default:
      return READ.has(key);
  }
}

function described(description: unknown, told: readonly (readonly [string, unknown])[]): JsonObject {
  const constraints = told.map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  const texts = [
    ...(typeof description === 'string' ? [description] : []),
    ...(constraints.length > 0 ? [`(${constraints.join(', ')})`] : []),
  ];
  return texts.length === 0 ? {} : { description: texts.join(' ') };
}
