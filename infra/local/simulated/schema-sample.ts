import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  objectMember,
  stringMember,
} from '../../../functions/gateway/core/wire/json.ts';

/** Below this depth a schema that refers to itself is not followed. */
const MAX_DEPTH = 6;

/** A value that fits a JSON Schema of the usual kind: types, properties, items, enum, const, anyOf, local `$ref`. `text` fills the strings. */
export function sampleOf(schema: JsonObject | undefined, text: string): unknown {
  return sample(schema ?? { type: 'object' }, { root: schema ?? {}, text, depth: 0 });
}

interface Context {
  readonly root: JsonObject;
  readonly text: string;
  readonly depth: number;
}

function sample(schema: unknown, context: Context): unknown {
  const resolved = resolve(schema, context.root);
  const deeper = { ...context, depth: context.depth + 1 };
  if (!isJsonObject(resolved) || context.depth > MAX_DEPTH) {
    return null;
  }
  if (Object.hasOwn(resolved, 'const')) {
    return resolved.const;
  }
  const [first] = arrayMember(resolved, 'enum');
  const [option] = [...arrayMember(resolved, 'anyOf'), ...arrayMember(resolved, 'oneOf')];
  return option === undefined ? (first ?? sampleOfType(resolved, deeper)) : sample(option, deeper);
}

function resolve(schema: unknown, root: JsonObject): unknown {
  const [, place, name] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(stringMember(schema, '$ref') ?? '') ?? [];
  return place === undefined || name === undefined ? schema : objectMember(objectMember(root, place), name);
}

function sampleOfType(schema: JsonObject, context: Context): unknown {
  // Gemini's own dialect writes types in upper case; a list of types means any of them.
  const [listed] = arrayMember(schema, 'type');
  const type = (stringMember(schema, 'type') ?? String(listed ?? 'object')).toLowerCase();
  switch (type) {
    case 'string':
      return context.text;
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'array':
      return schema.items === undefined ? [] : [sample(schema.items, context)];
    case 'null':
      return null;
    default:
      return sampleObject(schema, context);
  }
}

function sampleObject(schema: JsonObject, context: Context): JsonObject {
  const properties = Object.entries(objectMember(schema, 'properties') ?? {});
  return Object.fromEntries(properties.map(([name, property]) => [name, sample(property, context)]));
}
