import type { JsonObject } from '../../wire/json.ts';

/** A name that a request may ask for, in Anthropic's shape. Nobody knows when a route was made. */
export function modelObject(name: string): JsonObject {
  return { type: 'model', id: name, display_name: name, created_at: '1970-01-01T00:00:00Z' };
}

/** All names, on one page. */
export function modelsList(names: readonly string[]): JsonObject {
  return {
    data: names.map(modelObject),
    has_more: false,
    first_id: names.at(0) ?? null,
    last_id: names.at(-1) ?? null,
  };
}
