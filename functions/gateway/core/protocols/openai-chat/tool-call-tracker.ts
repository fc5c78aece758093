import type { AnswerEvent } from '../../model/answer-event.ts';
import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  numberMember,
  objectMember,
  parseJson,
  stringMember,
} from '../../wire/json.ts';
import { type ObjectEnd, objectEnd } from '../../wire/object-end.ts';
import type { AnswerParts } from '../answer-parts.ts';

/** Follows the tool calls of one choice. */
export interface ToolCallTracker {
  readonly add: (fragment: ToolCallFragment) => readonly AnswerEvent[];
  /** More text of the call that was added to last. */
  readonly again: (text: string) => void;
  /** What is owed when the choice ends: `{}` for a call without arguments. */
  readonly close: () => readonly AnswerEvent[];
  readonly hasCalls: () => boolean;
  /** Whether there are calls and the arguments of each are complete. */
  readonly areWhole: () => boolean;
}

interface TrackedCall {
  readonly choice: number;
  /** As the vendor sent it; `""` where it did not. */
  readonly vendorId: string;
  /** Its part, once its name is known. A call that is never named cannot be answered, and is left out. */
  part: number | undefined;
  /** Its text so far, that before its name included. */
  readonly pieces: string[];
  readonly end: ObjectEnd;
}

/**
 * Gives each tool call one part for its whole life, whatever the vendor numbers it: from 1, all alike, or not at all. A call that a server
 * says once more as a whole, after its pieces, adds nothing. `mintId` makes an id for a call that comes without its own, from its place
 * among the calls.
 */
export function toolCallTracker(choice: number, parts: AnswerParts, mintId: (call: number) => string): ToolCallTracker {
  const calls: TrackedCall[] = [];
  const byIndex = new Map<number, TrackedCall>();
  const byId = new Map<string, TrackedCall>();
  const givenIds = new Set<string>();
  let started = 0;
  let last: TrackedCall | undefined;

  function begin({ index, id }: ToolCallFragment): TrackedCall {
    const call = { choice, vendorId: id, part: undefined, pieces: [], end: objectEnd() };
    calls.push(call);
    if (id !== '') {
      byId.set(id, call);
    }
    if (index !== undefined) {
      byIndex.set(index, call);
    }
    return call;
  }

  function start(call: TrackedCall, { id, name, isCustom, native }: ToolCallFragment): AnswerEvent[] {
    const known = call.vendorId === '' ? id : call.vendorId;
    const given = known === '' || givenIds.has(known) ? mintId(started) : known;
    started += 1;
    givenIds.add(given);
    const begins = { kind: 'tool-call', id: given, name, ...defined({ isCustom, native }) } as const;
    const { part, events } = parts.call(begins);
    call.part = part;
    return [...events, ...textDelta(call, call.pieces.join(''))];
  }

  return {
    add: (fragment) => {
      const sameId = byId.get(fragment.id);
      const known =
        fragment.index === undefined
          ? unnumbered(fragment, sameId, calls.at(-1))
          : numbered(fragment, byIndex.get(fragment.index), sameId);
      const call = known ?? begin(fragment);
      last = call;
      const isRepeat = call.part !== undefined && saysAgain(call, fragment);
      const begun = call.part === undefined && fragment.name !== '' ? start(call, fragment) : [];
      return isRepeat ? [] : [...begun, ...addText(call, fragment.text)];
    },
    again: (text) => void (last && addText(last, text)),
    close: () => calls.flatMap((call) => (call.pieces.length > 0 ? [] : textDelta(call, '{}'))),
    hasCalls: () => started > 0,
    areWhole: () => started > 0 && calls.every(isWhole),
  };
}

function isWhole({ part, pieces, end }: TrackedCall): boolean {
  return part === undefined || pieces.length === 0 || end.isEnded();
}

/** The call that a fragment with an index goes on with: the last one of that index, or the one with its id where the two differ. */
function numbered(
  fragment: ToolCallFragment,
  sameIndex: TrackedCall | undefined,
  sameId: TrackedCall | undefined,
): TrackedCall | undefined {
  if (sameIndex === undefined || sameIndex === sameId) {
    return sameIndex;
  }
  return sameId ?? (startsAnother(sameIndex, fragment) ? undefined : sameIndex);
}

/**
 * Whether a fragment with a known index is a call of its own all the same: some servers number every parallel call 0. It is where it
 * names a function and has another id, or, without an id, begins an object after one that has ended.
 */
function startsAnother(call: TrackedCall, fragment: ToolCallFragment): boolean {
  const { id, name, text } = fragment;
  if (name === '' || call.part === undefined) {
    return false;
  }
  return id === ''
    ? call.end.isEnded() && text.trimStart().startsWith('{') && !saysAgain(call, fragment)
    : call.vendorId !== '';
}

/**
 * Whether a fragment repeats the whole of a call: it names the function once more, and its text is what has been said (by whatever white
 * space), or another object under the id of one that has ended. Source: BerriAI/litellm#20480, 2026-02.
 */
function saysAgain(call: TrackedCall, fragment: ToolCallFragment): boolean {
  const { id, name, text } = fragment;
  const isAnother = id !== '' && id === call.vendorId && call.end.isEnded() && text.trimStart().startsWith('{');
  return (name !== '' && isAnother) || saysTheSame(call, fragment);
}

function saysTheSame({ pieces, end }: TrackedCall, { name, text }: ToolCallFragment): boolean {
  if (name === '' || text === '' || pieces.length === 0) {
    return false;
  }
  const said = pieces.join('');
  return text === said || (end.isEnded() && isSameJson(text, said));
}

function isSameJson(text: string, other: string): boolean {
  const parsed = parseJson(text);
  return parsed !== undefined && JSON.stringify(parsed) === JSON.stringify(parseJson(other));
}

/** The call that a fragment without an index goes on with: the one with its id, else the last one, unless it names a function anew. */
function unnumbered(
  { id, name }: ToolCallFragment,
  sameId: TrackedCall | undefined,
  last: TrackedCall | undefined,
): TrackedCall | undefined {
  const isUnnamed = last?.part === undefined && (id === '' || last?.vendorId === '');
  return sameId ?? (name === '' || isUnnamed ? last : undefined);
}

function addText(call: TrackedCall, text: string): AnswerEvent[] {
  if (text !== '') {
    call.pieces.push(text);
    call.end.read(text);
  }
  return textDelta(call, text);
}

/** Nothing for a call that has not begun: its text is held. */
function textDelta({ choice, part }: TrackedCall, text: string): AnswerEvent[] {
  return part === undefined || text === '' ? [] : [{ type: 'part-delta', choice, part, text }];
}

/** One piece of a tool call as an OpenAI-shaped server sends it. */
interface ToolCallFragment {
  /** The server's number for the call, where it has one. */
  readonly index: number | undefined;
  /** `""` where absent. */
  readonly id: string;
  /** `""` where absent: later pieces have none. */
  readonly name: string;
  /** A piece of the arguments' JSON text. */
  readonly text: string;
  /** Set where the text is that of a custom tool. */
  readonly isCustom: true | undefined;
  /** Members beside the known ones, as `extra_content` of Google's. */
  readonly native: Native | undefined;
}

/** The tool-call pieces of a delta or message, the legacy `function_call` among them. */
export function toolCallFragments(delta: JsonObject): readonly ToolCallFragment[] {
  const legacy = objectMember(delta, 'function_call');
  const calls = arrayMember(delta, 'tool_calls').filter(isJsonObject).map(toFragment);
  return legacy === undefined ? calls : [...calls, toFragment({ function: legacy })];
}

function toFragment(call: JsonObject): ToolCallFragment {
  const { index: _, id: __, type, function: called, custom, ...extra } = call;
  const isCustom = type === 'custom';
  return {
    index: numberMember(call, 'index'),
    id: stringMember(call, 'id') ?? '',
    name: stringMember(isCustom ? custom : called, 'name') ?? '',
    text: argumentsText(isJsonObject(called) ? called.arguments : stringMember(custom, 'input')),
    isCustom: isCustom ? true : undefined,
    native: nativeOf(extra),
  };
}

/** Arguments are JSON text; some servers send the object itself, or null for none. */
function argumentsText(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  return isJsonObject(value) ? JSON.stringify(value) : '';
}

function nativeOf(members: JsonObject): Native | undefined {
  const isEmpty = Object.keys(members).length === 0;
  return isEmpty ? undefined : { dialect: 'openai-chat', value: members, ifForeign: 'ignore' };
}
