import type { ChatDelta } from '../../chat/chat-delta.ts';
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
  readonly call: number;
  /** As the vendor sent it; `""` where it did not. */
  readonly vendorId: string;
  readonly id: string;
  /** Arguments that came before the name. */
  readonly held: string[];
  isStarted: boolean;
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

  function find(fragment: ToolCallFragment): TrackedCall | undefined {
    if (fragment.index !== undefined) {
      const call = byIndex.get(fragment.index);
      return call !== undefined && startsAnother(call, fragment) ? undefined : call;
    }
    const known = byId.get(fragment.id);
    return known ?? (fragment.name === '' ? calls.at(-1) : undefined);
  }

  function begin({ index, id }: ToolCallFragment): TrackedCall {
    const call = calls.length;
    const isUsable = id !== '' && !byId.has(id);
    const begun = { choice, call, vendorId: id, id: isUsable ? id : mintId(call), held: [], ...UNTOUCHED };
    calls.push(begun);
    byId.set(begun.id, begun);
    if (index !== undefined) {
      byIndex.set(index, begun);
    }
    return begun;
  }

  return {
    add: (fragment) => {
      const call = find(fragment) ?? begin(fragment);
      const started = !call.isStarted && fragment.name !== '' ? start(call, fragment) : [];
      return [...started, ...addText(call, fragment.text)];
    },
    close: () =>
      calls.flatMap((call) => {
        const started = call.isStarted ? [] : start(call, { name: '', extra: undefined });
        return [...started, ...(call.hasText ? [] : addText(call, '{}'))];
      }),
    hasCalls: () => calls.length > 0,
  };
}

const UNTOUCHED = { isStarted: false, hasText: false, endsObject: false };

function start(tracked: TrackedCall, { name, extra }: Pick<ToolCallFragment, 'name' | 'extra'>): ChatDelta[] {
  tracked.isStarted = true;
  const { choice, call, id, held } = tracked;
  const started = { type: 'tool-call-start', choice, call, id, name } as const;
  return [extra === undefined ? started : { ...started, extra }, ...textDelta(tracked, held.join(''))];
}

function addText(tracked: TrackedCall, text: string): ChatDelta[] {
  if (text === '') {
    return [];
  }
  tracked.hasText = true;
  tracked.endsObject = text.trimEnd().endsWith('}');
  if (!tracked.isStarted) {
    tracked.held.push(text);
    return [];
  }
  return textDelta(tracked, text);
}

function textDelta({ choice, call }: TrackedCall, text: string): ChatDelta[] {
  return text === '' ? [] : [{ type: 'tool-call-delta', choice, call, text }];
}

/**
 * Whether a fragment with a known index is a call of its own all the same: some servers number every parallel call 0. It is where it
 * names a function and has another id, or, without an id, begins an object after one that has ended (`}{` stands in no JSON).
 */
function startsAnother(call: TrackedCall, { id, name, text }: ToolCallFragment): boolean {
  if (name === '' || !call.isStarted) {
    return false;
  }
  return id === '' ? call.endsObject && text.trimStart().startsWith('{') : call.vendorId !== '' && id !== call.vendorId;
}
