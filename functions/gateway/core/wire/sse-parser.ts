import type { WireEvent } from './wire-event.ts';

/** Reads one response of server-sent events, in pieces of any size. */
export interface SseParser {
  /** The events that `bytes` completes. */
  readonly push: (bytes: Uint8Array) => readonly WireEvent[];
  /** The last event, where the stream ended without the blank line that closes it. */
  readonly end: () => readonly WireEvent[];
}

/** The longest event in UTF-16 units: room for an image in base64, and far below an instance's memory. */
const DEFAULT_MAX_EVENT_CHARS = 16 * 1024 * 1024;

/**
 * Reads server-sent events as the WHATWG specification says, with two leniencies that vendors need: the last event counts without its
 * blank line, and JSON that stands in the stream without `data:` (Gemini reports an error in the middle so, over several lines) is an
 * event like any other. An event longer than `maxEventChars` (of a line that has not ended, its bytes count) becomes one event of kind
 * `error` named `event-too-large`, and the rest is not read.
 */
export function sseParser({ maxEventChars = DEFAULT_MAX_EVENT_CHARS } = {}): SseParser {
  const lines = wholeLines();
  const draft: Draft = { name: '', lastName: '', data: undefined, more: [], chars: 0, isRaw: false };
  let isStopped = false;

  function take(text: string): readonly WireEvent[] {
    const events: WireEvent[] = [];
    for (let from = 0; from < text.length && draft.chars <= maxEventChars; ) {
      const to = text.indexOf('\n', from);
      const event = readLine(draft, text, from, to);
      if (event !== undefined) {
        events.push(event);
      }
      from = to + 1;
    }
    if (draft.chars + lines.heldBytes() > maxEventChars) {
      isStopped = true;
      events.push({ kind: 'error', name: 'event-too-large', data: `An event exceeds ${maxEventChars} characters.` });
    }
    return events;
  }

  return {
    push: (bytes) => (isStopped ? [] : take(lines.push(bytes))),
    // Lines that are blank do nothing where there is no event to close.
    end: () => (isStopped ? [] : take(`${lines.end()}\n\n`)),
  };
}

/** The event that the lines so far make. */
interface Draft {
  name: string;
  /** The name of an event before, which most others have too. */
  lastName: string;
  /** The first line of data, and those after it. */
  data: string | undefined;
  more: string[];
  chars: number;
  /** Whether its lines are JSON without `data:`. */
  isRaw: boolean;
}

/** Reads the line of `text` from `from` up to its end at `to`: the event that it completes. */
function readLine(draft: Draft, text: string, from: number, to: number): WireEvent | undefined {
  if (from === to) {
    return takeEvent(draft, false);
  }
  if (draft.isRaw) {
    return readRawLine(draft, text, from, to);
  }
  const first = text.charCodeAt(from);
  if (first !== BRACE && first !== BRACKET) {
    readField(draft, text, from, to);
    return undefined;
  }
  const event = takeEvent(draft, true);
  addData(draft, text.slice(from, to));
  return event;
}

const BRACE = 0x7b;
const BRACKET = 0x5b;
const SPACE = 0x20;

/** A line of the event-stream format: no line of JSON looks like it. */
const FIELD = /^(?:data|event|id|retry)?:/;

function readRawLine(draft: Draft, text: string, from: number, to: number): WireEvent | undefined {
  const line = text.slice(from, to);
  if (!FIELD.test(line)) {
    addData(draft, line);
    return undefined;
  }
  const event = takeEvent(draft, false);
  readField(draft, text, from, to);
  return event;
}

function readField(draft: Draft, text: string, from: number, to: number): void {
  if (text.startsWith('data:', from)) {
    addData(draft, text.slice(text.charCodeAt(from + 5) === SPACE ? from + 6 : from + 5, to));
  } else if (text.startsWith('event:', from)) {
    const name = text.slice(text.charCodeAt(from + 6) === SPACE ? from + 7 : from + 6, to);
    draft.name = name === draft.lastName ? draft.lastName : name;
    draft.lastName = draft.name;
  } else if (to - from === 4 && text.startsWith('data', from)) {
    addData(draft, '');
  }
}

/** Changes the draft in place: a copy a line would make an event of many lines quadratic. */
function addData(draft: Draft, line: string): void {
  if (draft.data === undefined) {
    draft.data = line;
  } else {
    draft.more.push(line);
  }
  draft.chars += line.length + 1;
}

/** The event of the draft, where it has data. The draft is a new one, whose lines are JSON where `isRaw`. */
function takeEvent(draft: Draft, isRaw: boolean): WireEvent | undefined {
  const { name, data, more } = draft;
  draft.name = '';
  draft.data = undefined;
  draft.chars = 0;
  draft.isRaw = isRaw;
  if (more.length > 0) {
    draft.more = [];
  }
  return data === undefined
    ? undefined
    : {
        kind: 'event',
        name: name === '' ? 'message' : name,
        data: more.length === 0 ? data : `${data}\n${more.join('\n')}`,
      };
}

/** Cuts a stream of bytes where lines end. */
interface WholeLines {
  /** The lines that `bytes` completes, each with a line feed at its end. */
  readonly push: (bytes: Uint8Array) => string;
  /** The last line, where the stream ended without a line end. */
  readonly end: () => string;
  /** Bytes of the line that has begun and not ended. */
  readonly heldBytes: () => number;
}

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const BYTE_ORDER_MARK = 0xfeff;

/** Each text that it is given is whole: no character goes over the end of a line. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads UTF-8 cut anywhere into lines that end with LF, CR or CRLF, also with the CR and the LF in different pieces. U+2028 and its like
 * are text. A leading byte order mark is dropped; bytes that are not UTF-8 become U+FFFD. Linear: a line in pieces is joined once.
 */
function wholeLines(): WholeLines {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let hasBegun = false;
  let endedWithReturn = false;

  function textOf(bytes: Uint8Array): string {
    const text = decoder.decode(bytes);
    const hasMark = !hasBegun && text.charCodeAt(0) === BYTE_ORDER_MARK;
    const isSplit = endedWithReturn && text.charCodeAt(0) === LINE_FEED;
    hasBegun ||= text !== '';
    endedWithReturn = text.charCodeAt(text.length - 1) === RETURN;
    const unseen = hasMark || isSplit ? text.slice(1) : text;
    // Few vendors send CR.
    return unseen.includes('\r') ? unseen.replace(/\r\n?/g, '\n') : unseen;
  }

  function takeHeld(last: Uint8Array): Uint8Array {
    if (heldBytes === 0) {
      return last;
    }
    const whole = joinedBytes([...held, last], heldBytes + last.length);
    held = [];
    heldBytes = 0;
    return whole;
  }

  return {
    push: (bytes) => {
      const length = lengthOfLines(bytes);
      const text = length === 0 ? '' : textOf(takeHeld(bytes.subarray(0, length)));
      if (length < bytes.length) {
        held.push(bytes.subarray(length));
        heldBytes += bytes.length - length;
      }
      return text;
    },
    end: () => textOf(takeHeld(new Uint8Array(0))),
    heldBytes: () => heldBytes,
  };
}

/** How many of the bytes belong to lines that end among them. */
function lengthOfLines(bytes: Uint8Array): number {
  return bytes.at(-1) === LINE_FEED
    ? bytes.length
    : Math.max(bytes.lastIndexOf(LINE_FEED), bytes.lastIndexOf(RETURN)) + 1;
}

/** Pieces of bytes, of `size` together, as one. */
export function joinedBytes(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
