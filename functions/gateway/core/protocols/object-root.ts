import { isJsonObject, type JsonObject, objectMember, stringMember } from '../wire/json.ts';

/**
 * The schema of a tool's arguments with a plain object at its root, which Anthropic and Bedrock want ("input_schema does not support oneOf,
 * allOf, or anyOf at the top level"). A union becomes an object with the properties of all branches, of which those are required that
 * every branch requires; the description tells the union itself. The very same schema where its root is plain.
 */
export function objectRoot(schema: JsonObject): JsonObject {
  const root = resolvedRoot(schema);
  const { anyOf, oneOf, allOf, ...plain } = root;
  const union = Object.fromEntries(UNIONS.flatMap((key) => (Array.isArray(root[key]) ? [[key, root[key]]] : [])));
  if (Object.keys(union).length === 0) {
    return root.type !== 'object' && isObjectType(root.type) ? { ...root, type: 'object' } : root;
  }
  const { properties, required } = membersOf(root, { root: schema, expanded: new Set() });
  const own = stringMember(root, 'description');
  const rule = `The arguments must follow this JSON Schema: ${JSON.stringify(union)}`;
  return {
    ...plain,
    type: 'object',
    properties: Object.fromEntries(properties),
    required: [...required],
    description: own === undefined ? rule : `${own} ${rule}`,
  };
}

const UNIONS = ['anyOf', 'oneOf', 'allOf'] as const;

function isObjectType(type: unknown): boolean {
  return type === undefined || [type].flat().includes('object');
}

interface Members {
  readonly properties: ReadonlyMap<string, unknown>;
  readonly required: ReadonlySet<string>;
}

const NO_MEMBERS: Members = { properties: new Map(), required: new Set() };

interface Expansion {
  readonly root: JsonObject;
  /** What has been looked into: each once, so that the cost is that of reading the schema. */
  readonly expanded: Set<unknown>;
}

/** What an object that follows the schema may and must have. One that is no object has nothing to tell. */
function membersOf(value: unknown, expansion: Expansion): Members {
  const target = isJsonObject(value) ? definitionOf(value, expansion.root) : undefined;
  const schema = target ?? value;
  if (!isJsonObject(schema) || expansion.expanded.has(schema)) {
    return NO_MEMBERS;
  }
  expansion.expanded.add(schema);
  const { required } = schema;
  const own: Members = {
    properties: new Map(Object.entries(objectMember(schema, 'properties') ?? {})),
    required: new Set(Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []),
  };
  const branchesOf = (key: (typeof UNIONS)[number]) => {
    const branches = schema[key];
    return Array.isArray(branches) ? branches.map((branch) => membersOf(branch, expansion)) : [];
  };
  return together([own, either(branchesOf('anyOf')), either(branchesOf('oneOf')), ...branchesOf('allOf')]);
}

/** What holds whichever of the branches is followed. */
function either(branches: readonly Members[]): Members {
  const [first, ...others] = branches.map(({ required }) => required);
  const required = [...(first ?? [])].filter((name) => others.every((other) => other.has(name)));
  return { properties: merged(branches), required: new Set(required) };
}

function together(all: readonly Members[]): Members {
  return { properties: merged(all), required: new Set(all.flatMap(({ required }) => [...required])) };
}

/** A property of several schemas may be any of them. */
function merged(all: readonly Members[]): ReadonlyMap<string, unknown> {
  const schemas = new Map<string, Map<string, unknown>>();
  for (const [name, schema] of all.flatMap(({ properties }) => [...properties])) {
    const known = schemas.get(name) ?? new Map();
    schemas.set(name, known.set(JSON.stringify(schema), schema));
  }
  return new Map(
    [...schemas].map(([name, distinct]) => {
      const [only, ...others] = distinct.values();
      return [name, others.length === 0 ? only : { anyOf: [only, ...others] }];
    }),
  );
}

/** How many references may lead from one to the next. */
const MAX_REFERENCES = 8;

/** The schema itself, or the definition that it refers to, with its own words. */
export function resolvedRoot(root: JsonObject): JsonObject {
  let found = root;
  for (let count = 0; count < MAX_REFERENCES; count += 1) {
    const target = definitionOf(found, root);
    if (target === undefined) {
      break;
    }
    const { $ref: _, ...others } = found;
    found = { ...target, ...others };
  }
  return found;
}

function definitionOf(schema: JsonObject, root: JsonObject): JsonObject | undefined {
  const [, list = '', name = ''] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(stringMember(schema, '$ref') ?? '') ?? [];
  return objectMember(objectMember(root, list), name);
}
