import * as z from 'zod';

type Schema = z.core.$ZodType;

/** A valid piece of JSON at `path` or, where that has no example, at the nearest place around it. */
export function exampleAt(root: Schema, path: readonly PropertyKey[]): string {
  for (let length = path.length; length > 0; length -= 1) {
    const example = examplesOf(schemaAt(root, path.slice(0, length)))[0];
    if (example !== undefined) {
      const key = path[length - 1];
      return typeof key === 'string' ? `${JSON.stringify(key)}: ${JSON.stringify(example)}` : JSON.stringify(example);
    }
  }
  return '{ "providers": { ... }, "deployments": { ... }, "routes": { ... } }';
}

/** The keys that an object at `path` may have; none where it is no object of fixed keys. */
export function knownKeysAt(root: Schema, path: readonly PropertyKey[]): readonly string[] {
  const schema = layersOf(schemaAt(root, path)).at(-1);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function schemaAt(root: Schema, path: readonly PropertyKey[]): Schema | undefined {
  return path.reduce<Schema | undefined>((schema, key) => child(schema, key), root);
}

function child(schema: Schema | undefined, key: PropertyKey): Schema | undefined {
  const inner = layersOf(schema).at(-1);
  if (inner instanceof z.ZodObject) {
    return Object.hasOwn(inner.shape, key) ? inner.shape[String(key)] : undefined;
  }
  if (inner instanceof z.ZodRecord) {
    return inner.valueType;
  }
  return inner instanceof z.ZodArray ? inner.element : undefined;
}

/** The schema and all that its defaults and options wrap, outermost first: each layer may carry the example. */
function layersOf(schema: Schema | undefined): readonly Schema[] {
  if (schema === undefined) {
    return [];
  }
  const isWrapper =
    schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodExactOptional;
  return isWrapper ? [schema, ...layersOf(schema.unwrap())] : [schema];
}

function examplesOf(schema: Schema | undefined): readonly unknown[] {
  return layersOf(schema)
    .map((layer) => z.globalRegistry.get(layer)?.examples)
    .flatMap((examples) => (Array.isArray(examples) ? examples : []));
}
