import { type JsonObject, member, stringMember } from '../../wire/json.ts';

/** Arguments of a function call that come value by value, each with the JSONPath of its place. */
export interface PartialArguments {
  /** Adds `partialArgs` as sent. Text for a place that has text already goes on from it. */
  readonly add: (values: readonly unknown[]) => void;
  /** The JSON text of all arguments so far. */
  readonly text: () => string;
}

/** `base`: the arguments that came whole. Source: cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc, 2026-11. */
export function partialArguments(base: JsonObject): PartialArguments {
  const places = new Map<string, Value>();
  return {
    add: (values) => {
      for (const value of values) {
        addValue(places, value);
      }
    },
    text: () => (places.size === 0 ? jsonText(base) : jsonText(assembled(base, places))),
  };
}

/** Text is kept in pieces and joined once. */
type Value = { readonly pieces: string[] } | { readonly whole: unknown };

function addValue(places: Map<string, Value>, value: unknown): void {
  const path = stringMember(value, 'jsonPath');
  if (path === undefined) {
    return;
  }
  const text = stringMember(value, 'stringValue');
  if (text === undefined) {
    places.set(path, { whole: member(value, 'numberValue') ?? member(value, 'boolValue') ?? null });
    return;
  }
  const known = places.get(path);
  if (known !== undefined && 'pieces' in known) {
    known.pieces.push(text);
  } else {
    places.set(path, { pieces: [text] });
  }
}

/** A level of the arguments. Objects have no prototype, so that a key such as `__proto__` is only a key. */
type Branch = Record<string, unknown> | unknown[];

function assembled(base: JsonObject, places: ReadonlyMap<string, Value>): Branch {
  const root: Branch = Object.assign(emptyObject(), base);
  for (const [path, value] of places) {
    place(root, keysOf(path), 'pieces' in value ? value.pieces.join('') : value.whole);
  }
  return root;
}

function emptyObject(): Record<string, unknown> {
  return Object.create(null);
}

/** The keys of a JSONPath such as `$.items[0]['unit price']` (RFC 9535, singular queries). */
function keysOf(path: string): readonly (string | number)[] {
  const keys: (string | number)[] = [];
  for (const [, name, index, single, double] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/g)) {
    keys.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index));
  }
  return keys;
}

function place(root: Branch, keys: readonly (string | number)[], value: unknown): void {
  let branch = root;
  for (const [depth, key] of keys.entries()) {
    const next = keys[depth + 1];
    if (next === undefined) {
      write(branch, key, value);
      return;
    }
    branch = descend(branch, key, next);
  }
}

function descend(branch: Branch, key: string | number, next: string | number): Branch {
  const known = Array.isArray(branch) ? branch[Number(key)] : branch[key];
  if (isBranch(known)) {
    return known;
  }
  const created: Branch = typeof next === 'number' ? [] : emptyObject();
  write(branch, key, created);
  return created;
}

function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null;
}

/** A list grows by one at a time: an index beyond its end would make a list of holes as long as the index. */
function write(branch: Branch, key: string | number, value: unknown): void {
  if (!Array.isArray(branch)) {
    branch[key] = value;
  } else if (typeof key === 'number') {
    branch[Math.min(key, branch.length)] = value;
  }
}

/** `JSON.stringify` that never throws: a value nested deeper than the stack lets us write becomes `{}`. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '{}';
  }
}
