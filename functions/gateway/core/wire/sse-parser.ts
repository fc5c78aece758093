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
  const held: HeldBytes = { pieces: [], size: 0, hasBegun: false, endedWithReturn: false };
  const draft: Draft = { name: '', lastName: '', data: undefined, more: [], chars: 0, isRaw: false };
  let isStopped = false;

  function push(bytes: Uint8Array): readonly WireEvent[] {
    if (isStopped) {
      return [];
    }
    const text = wholeLines(held, bytes);
    const events: WireEvent[] = [];
    for (let from = 0; from < text.length && draft.chars <= maxEventChars; ) {
      const to = text.indexOf('\n', from);
      const event = readLine(draft, text, from, to);
      if (event !== undefined) {
        events.push(event);
      }
      from = to + 1;
    }
    if (draft.chars + held.size > maxEventChars) {
      isStopped = true;
      events.push({ kind: 'error', name: 'event-too-large', data: `An event exceeds ${maxEventChars} characters.` });
    }
    return events;
  }

  // The last line ends, then the event. Lines that are blank do nothing where there is no event to close.
  return { push, end: () => push(Uint8Array.of(LINE_FEED, LINE_FEED)) };
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

const BRACE = 0x7b;
const BRACKET = 0x5b;
const SPACE = 0x20;

/** Reads the line of `text` from `from` up to its end at `to`: the event that it completes. */
function readLine(draft: Draft, text: string, from: number, to: number): WireEvent | undefined {
  if (from === to) {
    return takeEvent(draft, false);
  }
  const first = text.charCodeAt(from);
  if (draft.isRaw || first === BRACE || first === BRACKET) {
    return readRawLine(draft, text, from, to);
  }
  if (text.startsWith('data:', from)) {
    addData(draft, fieldValue(text, from + 5, to));
  } else if (text.startsWith('event:', from)) {
    const name = fieldValue(text, from + 6, to);
    draft.name = name === draft.lastName ? draft.lastName : name;
    draft.lastName = draft.name;
  } else if (to - from === 4 && text.startsWith('data', from)) {
    addData(draft, '');
  }
  return undefined;
}

/** What follows a field's colon, but for one space. */
function fieldValue(text: string, from: number, to: number): string {
  return text.slice(text.charCodeAt(from) === SPACE ? from + 1 : from, to);
}

/** A line of the event-stream format: no line of JSON looks like it. */
const FIELD = /^(?:data|event|id|retry)?:/;

/** Reads a line of JSON without `data:`, or what follows such lines. */
function readRawLine(draft: Draft, text: string, from: number, to: number): WireEvent | undefined {
  const line = text.slice(from, to);
  if (draft.isRaw && !FIELD.test(line)) {
    addData(draft, line);
    return undefined;
  }
  const begins = !draft.isRaw;
  const event = takeEvent(draft, begins);
  if (begins) {
    addData(draft, line);
  } else {
    readLine(draft, text, from, to);
  }
  return event;
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

/** What is known of a stream of bytes that is cut where lines end. */
interface HeldBytes {
  /** Of the line that has begun and not ended. */
  pieces: Uint8Array[];
  /** Of those pieces together, in bytes. */
  size: number;
  /** Whether any text has come. */
  hasBegun: boolean;
  /** Whether that text ended with CR, to which the next LF belongs. */
  endedWithReturn: boolean;
}

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const BYTE_ORDER_MARK = 0xfeff;

/** Each text that it is given is whole: no character goes over the end of a line. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The lines that `bytes` completes, each with a line feed at its end. Reads UTF-8 cut anywhere into lines that end with LF, CR or CRLF, also
 * with the CR and the LF in different pieces. U+2028 and its like are text. A leading byte order mark is dropped; bytes that are not UTF-8
 * become U+FFFD. Linear: a line in pieces is joined once.
 */
function wholeLines(held: HeldBytes, bytes: Uint8Array): string {
  const isWhole = held.size === 0 && bytes.at(-1) === LINE_FEED;
  const lines = isWhole ? bytes : joinedLines(held, bytes);
  if (lines.length === 0) {
    return '';
  }
  const text = decoder.decode(lines);
  const hasMark = !held.hasBegun && text.charCodeAt(0) === BYTE_ORDER_MARK;
  const isSplit = held.endedWithReturn && text.charCodeAt(0) === LINE_FEED;
  held.hasBegun = true;
  held.endedWithReturn = text.charCodeAt(text.length - 1) === RETURN;
  const unseen = hasMark || isSplit ? text.slice(1) : text;
  // Few vendors send CR.
  return unseen.includes('\r') ? unseen.replace(/\r\n?/g, '\n') : unseen;
}

/** The bytes of the lines that end in `bytes`, with what was held of the first. The rest is held. */
function joinedLines(held: HeldBytes, bytes: Uint8Array): Uint8Array {
  const length = Math.max(bytes.lastIndexOf(LINE_FEED), bytes.lastIndexOf(RETURN)) + 1;
  const ended = bytes.subarray(0, length);
  const lines = length > 0 && held.size > 0 ? joinedBytes([...held.pieces, ended], held.size + length) : ended;
  if (length > 0) {
    held.pieces = [];
    held.size = 0;
  }
  if (length < bytes.length) {
    held.pieces.push(bytes.subarray(length));
    held.size += bytes.length - length;
  }
  return lines;
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
