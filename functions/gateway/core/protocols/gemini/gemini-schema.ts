import { isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { hasCycle, localName } from '../claude/schema-refs.ts';

/**
 * A JSON schema in the words that Gemini reads, which mean the same: a reference alone in its place, a constant as a list of one. The very
 * same schema where it has nothing of the kind. Source: ai.google.dev/api/generate-content, `responseJsonSchema`, 2026-11.
 */
export function geminiSchema(schema: JsonObject): JsonObject {
  const read = readSchema(schema);
  return isJsonObject(read) ? read : schema;
}

/** Members whose values are no schemas. */
const VALUES: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples', 'example', 'required']);
/** Members whose values are schemas by name. */
const NAMED: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions', 'patternProperties']);

function readSchema(value: unknown): unknown {
  if (Array.isArray(value)) {
    return readItems(value);
  }
  return isJsonObject(value) ? withEnum(withLoneRef(readMembers(value))) : value;
}

function readItems(values: readonly unknown[]): readonly unknown[] {
  const read = values.map(readSchema);
  return read.every((item, index) => item === values[index]) ? values : read;
}

function readMembers(schema: JsonObject): JsonObject {
  return changed(schema, (key, inner) => {
    if (VALUES.has(key)) {
      return inner;
    }
    return NAMED.has(key) && isJsonObject(inner) ? changed(inner, (_, one) => readSchema(one)) : readSchema(inner);
  });
}

/** The very same object where nothing of it changes. */
function changed(object: JsonObject, read: (key: string, value: unknown) => unknown): JsonObject {
  const entries = Object.entries(object).map(([key, value]) => [key, read(key, value)] as const);
  return entries.every(([key, value]) => value === object[key]) ? object : Object.fromEntries(entries);
}

/** "If `$ref` is set on a sub-schema, no other properties, except for than those starting as a `$`, may be set." */
function withLoneRef(schema: JsonObject): JsonObject {
  const { $ref: ref, ...others } = schema;
  const isAlone = ref === undefined || Object.keys(others).every((key) => key.startsWith('$'));
  return isAlone || others.anyOf !== undefined ? schema : { ...others, anyOf: [{ $ref: ref }] };
}

/** `const` is not among the members that are read, `enum` is for texts and numbers. */
function withEnum(schema: JsonObject): JsonObject {
  const { const: constant, ...others } = schema;
  const isRead = typeof constant === 'string' || typeof constant === 'number';
  return isRead && others.enum === undefined ? { type: typeof constant, ...others, enum: [constant] } : schema;
}

/**
 * Whether a schema refers to itself by way of properties that are required: "cyclic references may only be used within non-required
 * properties (nullable properties are not sufficient)".
 */
export function hasRequiredCycle(schema: JsonObject): boolean {
  const definitions = { ...objectMember(schema, 'definitions'), ...objectMember(schema, '$defs') };
  const all = [[ROOT, schema] as const, ...Object.entries(definitions)];
  return hasCycle(new Map(all.map(([name, definition]) => [name, requiredRefs(definition)])));
}

/** The name of the schema itself, which no definition has. */
const ROOT = '#';

/** Each part of a schema once: its cost is that of reading it, however deep it is. */
function requiredRefs(schema: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const open: unknown[] = [schema];
  while (open.length > 0) {
    const part = open.pop();
    const name = isJsonObject(part) ? refName(part) : undefined;
    if (name !== undefined) {
      found.add(name);
    }
    for (const inner of requiredParts(part)) {
      open.push(inner);
    }
  }
  return found;
}

function requiredParts(part: unknown): readonly unknown[] {
  if (Array.isArray(part)) {
    return part;
  }
  return isJsonObject(part)
    ? Object.entries(part).flatMap(([key, inner]) => {
        const parts = key === 'properties' ? requiredOf(part) : [inner];
        return APART.has(key) ? [] : parts;
      })
    : [];
}

/** What is read apart, or is no schema. */
const APART: ReadonlySet<string> = new Set(['$defs', 'definitions', ...VALUES]);

function refName(schema: JsonObject): string | undefined {
  const ref = stringMember(schema, '$ref');
  return ref === '#' ? ROOT : localName(ref ?? '');
}

function requiredOf(schema: JsonObject): readonly unknown[] {
  const required = new Set<unknown>(Array.isArray(schema.required) ? schema.required : []);
  const properties = Object.entries(objectMember(schema, 'properties') ?? {});
  return properties.filter(([name]) => required.has(name)).map(([, inner]) => inner);
}
