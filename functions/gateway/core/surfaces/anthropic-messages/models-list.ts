import type { JsonObject } from '../../wire/json.ts';

/** A name that a request may ask for, in Anthropic's shape. Nobody knows when a route was made. */
export function modelObject(name: string): JsonObject {
  return { type: 'model', id: name, display_name: name, created_at: '1970-01-01T00:00:00Z' };
}

/** All names, on one page. Clients of Claude show only names that begin so: each other one is there a second time, as `claude/NAME`. */
export function modelsList(names: readonly string[]): JsonObject {
  const aliases = names.filter((name) => !name.startsWith('claude')).map((name) => `claude/${name}`);
  const ids = [...names, ...aliases];
  return {
    data: ids.map(modelObject),
    has_more: false,
    first_id: ids.at(0) ?? null,
    last_id: ids.at(-1) ?? null,
  };
}
