import type { Dialect } from '../../model/dialect.ts';
import { changedItems, isJsonObject, type JsonObject } from '../../wire/json.ts';

/** What a vendor knows the tools and calls of a conversation by. The ids are to be asked in the order of the conversation. */
export interface ToolWords {
  readonly name: (name: string) => string;
  readonly call: (id: string) => string;
  readonly result: (id: string) => string;
  /** The JSON text of a call's arguments. */
  readonly input: (json: string) => string;
}

/** A place in JSON, member by member; `*`: each item of an array. */
type Path = readonly string[];

/** Where a dialect's body has the words of tools. */
interface Places {
  readonly names: readonly Path[];
  /** The member with the conversation, and what an entry of it has. */
  readonly entries: 'messages' | 'input';
  readonly entryNames: readonly Path[];
  readonly calls: Path;
  readonly results: Path;
  readonly inputs?: Path;
}

/** Paths as `tool_calls.*.id`. */
function paths(...written: readonly string[]): readonly Path[] {
  return written.map(path);
}

function path(written: string): Path {
  return written.split('.');
}

const PLACES: Readonly<Partial<Record<Dialect, Places>>> = {
  'openai-chat': {
    names: paths(
      ...['tools.*.function.name', 'tools.*.custom.name', 'functions.*.name', 'function_call.name'],
      ...['tool_choice.function.name', 'tool_choice.custom.name', 'tool_choice.allowed_tools.tools.*.function.name'],
    ),
    entries: 'messages',
    entryNames: paths('tool_calls.*.function.name', 'tool_calls.*.custom.name', 'function_call.name', 'name'),
    calls: path('tool_calls.*.id'),
    results: path('tool_call_id'),
    inputs: path('tool_calls.*.function.arguments'),
  },
  'openai-responses': {
    names: paths('tools.*.name', 'tools.*.tools.*.name', 'tool_choice.name', 'tool_choice.tools.*.name'),
    entries: 'input',
    entryNames: paths('name'),
    calls: path('call_id'),
    results: path('call_id'),
    inputs: path('arguments'),
  },
  'anthropic-messages': {
    names: paths('tools.*.name', 'tool_choice.name'),
    entries: 'messages',
    entryNames: paths('content.*.name'),
    calls: path('content.*.id'),
    results: path('content.*.tool_use_id'),
  },
};

/** A caller's own body with the vendor's words for tools and calls; the very same where they are the caller's. */
export function withToolWords(dialect: Dialect, body: JsonObject, words: ToolWords): JsonObject {
  const places = PLACES[dialect];
  if (places === undefined) {
    return body;
  }
  const name = only(TOOLS, words.name);
  const named = changedAtAll(body, places.names, name);
  const entries = isJsonObject(named) ? named[places.entries] : undefined;
  if (!isJsonObject(named) || !Array.isArray(entries)) {
    return body;
  }
  const { calls, inputs, results, entryNames } = places;
  const [call, input, result] = [only(CALLS, words.call), only(CALLS, words.input), only(RESULTS, words.result)];
  const changed = changedItems<unknown>(entries, (entry) => {
    const called = changedAt(changedAtAll(entry, entryNames, name), calls, call);
    return changedAt(inputs === undefined ? called : changedAt(called, inputs, input), results, result);
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

/** Changes a text; `holder`: the object that has it. */
type TextChange = (text: string, holder: JsonObject) => string;

function changedAtAll(value: unknown, places: readonly Path[], change: TextChange): unknown {
  return places.reduce<unknown>((changed, place) => changedAt(changed, place, change), value);
}

/**
 * `value` with the texts at `place` changed; the very same value where nothing changes. Places that are not there, or are no text, are passed
 * over. `behind`: how much of the path has been gone.
 */
function changedAt(value: unknown, place: Path, change: TextChange, behind = 0): unknown {
  const key = place[behind];
  if (key === '*') {
    return Array.isArray(value)
      ? changedItems<unknown>(value, (item) => changedAt(item, place, change, behind + 1))
      : value;
  }
  if (key === undefined || !isJsonObject(value) || !Object.hasOwn(value, key)) {
    return value;
  }
  const inner = value[key];
  const isLast = behind === place.length - 1;
  const changed = isLast ? changedText(inner, value, change) : changedAt(inner, place, change, behind + 1);
  return changed === inner ? value : { ...value, [key]: changed };
}

function changedText(text: unknown, holder: JsonObject, change: TextChange): unknown {
  return typeof text === 'string' ? change(text, holder) : text;
}
