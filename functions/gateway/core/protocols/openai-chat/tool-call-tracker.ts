import type { ChatDelta } from '../../model/chat-delta.ts';
import type { ToolCallFragment } from './tool-call-fragment.ts';

/** Follows the tool calls of one choice. */
export interface ToolCallTracker {
  readonly add: (fragment: ToolCallFragment) => readonly ChatDelta[];
  /** What is owed when the choice ends: `{}` for a call without arguments. */
  readonly close: () => readonly ChatDelta[];
  readonly hasCalls: () => boolean;
}

interface TrackedCall {
  readonly choice: number;
  /** As the vendor sent it; `""` where it did not. */
  readonly vendorId: string;
  /** Its ordinal, once its name is known. A call that is never named cannot be answered, and is left out. */
  ordinal: number | undefined;
  /** Arguments that came before the name. */
  readonly held: string[];
  hasText: boolean;
  /** Whether the arguments so far end with a closing brace. */
  endsObject: boolean;
}

/**
 * Gives each tool call one ordinal for its whole life, counted from 0, whatever the vendor numbers it: from 1, all alike, or not at
 * all. `mintId` makes an id for a call that comes without its own.
 */
export function toolCallTracker(choice: number, mintId: (call: number) => string): ToolCallTracker {
  const calls: TrackedCall[] = [];
  const byIndex = new Map<number, TrackedCall>();
  const byId = new Map<string, TrackedCall>();
  const givenIds = new Set<string>();
  let started = 0;

  function begin({ index, id }: ToolCallFragment): TrackedCall {
    const call = { choice, vendorId: id, ordinal: undefined, held: [], hasText: false, endsObject: false };
    calls.push(call);
    if (id !== '') {
      byId.set(id, call);
    }
    if (index !== undefined) {
      byIndex.set(index, call);
    }
    return call;
  }

  function start(call: TrackedCall, { id, name, extra }: ToolCallFragment): ChatDelta[] {
    const ordinal = started;
    started += 1;
    call.ordinal = ordinal;
    const known = call.vendorId === '' ? id : call.vendorId;
    const given = known === '' || givenIds.has(known) ? mintId(ordinal) : known;
    givenIds.add(given);
    const begun = { type: 'tool-call-start', choice, call: ordinal, id: given, name } as const;
    return [extra === undefined ? begun : { ...begun, extra }, ...textDelta(call, call.held.join(''))];
  }

  return {
    add: (fragment) => {
      const known =
        fragment.index === undefined
          ? unnumbered(fragment, byId.get(fragment.id), calls.at(-1))
          : numbered(fragment, byIndex.get(fragment.index));
      const call = known ?? begin(fragment);
      const begun = call.ordinal === undefined && fragment.name !== '' ? start(call, fragment) : [];
      return [...begun, ...addText(call, fragment.text)];
    },
    close: () => calls.flatMap((call) => (call.hasText ? [] : textDelta(call, '{}'))),
    hasCalls: () => started > 0,
  };
}

/** The call that a fragment with an index goes on with: the last one of that index. */
function numbered(fragment: ToolCallFragment, sameIndex: TrackedCall | undefined): TrackedCall | undefined {
  return sameIndex !== undefined && startsAnother(sameIndex, fragment) ? undefined : sameIndex;
}

/**
 * Whether a fragment with a known index is a call of its own all the same: some servers number every parallel call 0. It is where it
 * names a function and has another id, or, without an id, begins an object after one that has ended (`}{` stands in no JSON).
 */
function startsAnother({ ordinal, vendorId, endsObject }: TrackedCall, { id, name, text }: ToolCallFragment): boolean {
  if (name === '' || ordinal === undefined) {
    return false;
  }
  return id === '' ? endsObject && text.trimStart().startsWith('{') : vendorId !== '' && id !== vendorId;
}

/** The call that a fragment without an index goes on with: the one with its id, else the last one, unless it names a function anew. */
function unnumbered(
  { id, name }: ToolCallFragment,
  sameId: TrackedCall | undefined,
  last: TrackedCall | undefined,
): TrackedCall | undefined {
  const isUnnamed = last?.ordinal === undefined && (id === '' || last?.vendorId === '');
  return sameId ?? (name === '' || isUnnamed ? last : undefined);
}

function addText(call: TrackedCall, text: string): ChatDelta[] {
  if (text === '') {
    return [];
  }
  call.hasText = true;
  call.endsObject = text.trimEnd().endsWith('}');
  if (call.ordinal === undefined) {
    call.held.push(text);
  }
  return textDelta(call, text);
}

/** Nothing for a call that has not begun: its text is held. */
function textDelta({ choice, ordinal }: TrackedCall, text: string): ChatDelta[] {
  return ordinal === undefined || text === '' ? [] : [{ type: 'tool-call-delta', choice, call: ordinal, text }];
}
