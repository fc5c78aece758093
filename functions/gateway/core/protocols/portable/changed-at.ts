import { isJsonObject, type JsonObject } from '../../wire/json.ts';

/** `items` with each changed; the very same array where nothing changes, so that a request that is fine is not copied. */
export function changedItems<Item>(items: readonly Item[], change: (item: Item) => Item): readonly Item[] {
  const changed = items.map(change);
  return changed.every((item, index) => item === items[index]) ? items : changed;
}

/** Changes a text; `holder`: the object that has it. */
export type TextChange = (text: string, holder: JsonObject) => string;

/**
 * `value` with the texts at `path` changed (`messages.*.tool_calls.*.id`; `*`: each item of an array); the very same value where nothing
 * changes. Places that are not there, or are no text, are passed over.
 */
export function changedAt(value: unknown, path: string, change: TextChange): unknown {
  return changedWithin(value, path.split('.'), change);
}

function changedWithin(value: unknown, [key, ...rest]: readonly string[], change: TextChange): unknown {
  if (key === '*') {
    return Array.isArray(value) ? changedItems<unknown>(value, (item) => changedWithin(item, rest, change)) : value;
  }
  if (key === undefined || !isJsonObject(value) || !Object.hasOwn(value, key)) {
    return value;
  }
  const inner = value[key];
  const changed = rest.length === 0 ? changedText(inner, value, change) : changedWithin(inner, rest, change);
  return changed === inner ? value : { ...value, [key]: changed };
}

function changedText(text: unknown, holder: JsonObject, change: TextChange): unknown {
  return typeof text === 'string' ? change(text, holder) : text;
}
