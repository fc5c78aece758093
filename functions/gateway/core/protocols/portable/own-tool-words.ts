import type { Dialect } from '../../model/dialect.ts';
import { isJsonObject, type JsonObject } from '../../wire/json.ts';

/** What a vendor knows the tools and calls of a conversation by. The ids are to be asked in the order of the conversation. */
export interface ToolWords {
  readonly name: (name: string) => string;
  readonly call: (id: string) => string;
  readonly result: (id: string) => string;
  /** The JSON text of a call's arguments. */
  readonly input: (json: string) => string;
}

/** Where a dialect's body has the words of tools. */
interface Places {
  readonly names: readonly string[];
  /** The member with the conversation, and what an entry of it has. */
  readonly entries: 'messages' | 'input';
  readonly calls: string;
  readonly results: string;
  readonly inputs?: string;
}

const PLACES: Readonly<Partial<Record<Dialect, Places>>> = {
  'openai-chat': {
    names: [
      ...['tools.*.function.name', 'tools.*.custom.name', 'functions.*.name', 'function_call.name'],
      ...['tool_choice.function.name', 'tool_choice.custom.name', 'tool_choice.allowed_tools.tools.*.function.name'],
      ...['messages.*.tool_calls.*.function.name', 'messages.*.tool_calls.*.custom.name'],
      ...['messages.*.function_call.name', 'messages.*.name'],
    ],
    entries: 'messages',
    calls: 'tool_calls.*.id',
    results: 'tool_call_id',
    inputs: 'tool_calls.*.function.arguments',
  },
  'openai-responses': {
    names: ['tools.*.name', 'tools.*.tools.*.name', 'tool_choice.name', 'tool_choice.tools.*.name', 'input.*.name'],
    entries: 'input',
    calls: 'call_id',
    results: 'call_id',
    inputs: 'arguments',
  },
  'anthropic-messages': {
    names: ['tools.*.name', 'tool_choice.name', 'messages.*.content.*.name'],
    entries: 'messages',
    calls: 'content.*.id',
    results: 'content.*.tool_use_id',
  },
};

/** A caller's own body with the vendor's words for tools and calls; the very same where they are the caller's. */
export function withToolWords(dialect: Dialect, body: JsonObject, words: ToolWords): JsonObject {
  const places = PLACES[dialect];
  if (places === undefined) {
    return body;
  }
  const named = places.names.reduce<unknown>(
    (changed, path) => changedAt(changed, path, only(TOOLS, words.name)),
    body,
  );
  const entries = isJsonObject(named) ? named[places.entries] : undefined;
  if (!isJsonObject(named) || !Array.isArray(entries)) {
    return body;
  }
  const changed = changedItems<unknown>(entries, (entry) => {
    const called = changedAt(entry, places.calls, only(CALLS, words.call));
    const written = places.inputs === undefined ? called : changedAt(called, places.inputs, only(CALLS, words.input));
    return changedAt(written, places.results, only(RESULTS, words.result));
  });
  return changed === entries ? named : { ...named, [places.entries]: changed };
}

/** `undefined`: an object without a type. Tools that the vendor itself runs, or fetches from elsewhere, have names that are not the caller's to change. */
type Types = ReadonlySet<unknown>;

const CALLS: Types = new Set([undefined, 'function', 'custom', 'function_call', 'custom_tool_call', 'tool_use']);
const TOOLS: Types = new Set([...CALLS, 'tool']);
const RESULTS: Types = new Set([undefined, 'tool_result', 'function_call_output', 'custom_tool_call_output']);

/** Of messages, those of tools: others have the names of people. */
const ROLES: Types = new Set([undefined, 'tool', 'function']);

function only(types: Types, change: (text: string) => string): TextChange {
  return (text, { type, role }) => (types.has(type) && ROLES.has(role) ? change(text) : text);
}

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
function changedAt(value: unknown, path: string, change: TextChange): unknown {
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
