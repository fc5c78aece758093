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
 * event like any other. An event longer than `maxEventChars` becomes one event of kind `error` named `event-too-large`, and the rest is
 * not read.
 */
export function sseParser({ maxEventChars = DEFAULT_MAX_EVENT_CHARS } = {}): SseParser {
  const lines = textLines();
  let draft = emptyDraft();
  let isStopped = false;

  function take(newLines: readonly string[]): WireEvent[] {
    const events: WireEvent[] = [];
    for (const line of newLines) {
      const step = readLine(draft, line);
      draft = step.draft;
      if (draft.chars > maxEventChars) {
        break;
      }
      if (step.event !== undefined) {
        events.push(step.event);
      }
    }
    if (draft.chars + lines.pendingChars() > maxEventChars) {
      isStopped = true;
      events.push({ kind: 'error', name: 'event-too-large', data: `An event exceeds ${maxEventChars} characters.` });
    }
    return events;
  }

  return {
    push: (bytes) => (isStopped ? [] : take(lines.push(bytes))),
    end: () => (isStopped ? [] : take([...lines.end(), ''])),
  };
}

/** The event that the lines so far make. `raw`: its lines are JSON without `data:`. */
interface Draft {
  name: string;
  readonly data: string[];
  chars: number;
  readonly raw: boolean;
}

/** What a line does: the draft to go on with, and the event that it completes. */
interface Step {
  readonly draft: Draft;
  readonly event?: WireEvent | undefined;
}

function emptyDraft(raw = false): Draft {
  return { name: '', data: [], chars: 0, raw };
}

function readLine(draft: Draft, line: string): Step {
  if (line === '') {
    return { draft: emptyDraft(), event: eventOf(draft) };
  }
  if (draft.raw && !FIELD.test(line)) {
    return { draft: withData(draft, line) };
  }
  if (draft.raw || line.startsWith('{') || line.startsWith('[')) {
    return { draft: withField(emptyDraft(!draft.raw), line), event: eventOf(draft) };
  }
  return { draft: withField(draft, line) };
}

/** A line of the event-stream format: no line of JSON looks like it. */
const FIELD = /^(?:data|event|id|retry)?:/;

function withField(draft: Draft, line: string): Draft {
  if (draft.raw) {
    return withData(draft, line);
  }
  if (line.startsWith('data:')) {
    return withData(draft, line.slice(line.charCodeAt(5) === SPACE ? 6 : 5));
  }
  if (line.startsWith('event:')) {
    draft.name = line.slice(line.charCodeAt(6) === SPACE ? 7 : 6);
  }
  return line === 'data' ? withData(draft, '') : draft;
}

const SPACE = 0x20;

/** Changes the draft in place: a copy a line would make an event of many lines quadratic. */
function withData(draft: Draft, text: string): Draft {
  draft.data.push(text);
  draft.chars += text.length + 1;
  return draft;
}

function eventOf({ name, data }: Draft): WireEvent | undefined {
  const [first, ...rest] = data;
  if (first === undefined) {
    return undefined;
  }
  return {
    kind: 'event',
    name: name === '' ? 'message' : name,
    data: rest.length === 0 ? first : data.join('\n'),
  };
}

/** Cuts a stream of bytes into lines of text. */
interface TextLines {
  /** The lines that `bytes` completes, without their line ends. */
  readonly push: (bytes: Uint8Array) => readonly string[];
  /** The last line, where the stream ended without a line end. */
  readonly end: () => readonly string[];
  /** Length of the line that has begun and not ended. */
  readonly pendingChars: () => number;
}

/**
 * Reads UTF-8 cut anywhere into lines that end with LF, CR or CRLF, also with the CR and the LF in different pieces. U+2028 and its like
 * are text. A leading byte order mark is dropped; bytes that are not UTF-8 become U+FFFD. Linear: a line in pieces is joined once.
 */
function textLines(): TextLines {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let pendingChars = 0;
  let endedWithReturn = false;

  function take(text: string): readonly string[] {
    if (text === '') {
      return [];
    }
    const unseen = endedWithReturn && text.startsWith('\n') ? text.slice(1) : text;
    endedWithReturn = text.endsWith('\r');
    // A string separator is several times faster than an expression, and few vendors send CR.
    const [first = '', ...rest] = unseen.includes('\r') ? unseen.split(/\r\n?|\n/) : unseen.split('\n');
    pieces.push(first);
    pendingChars += first.length;
    const last = rest.pop();
    if (last === undefined) {
      return [];
    }
    const lines = [pieces.join(''), ...rest];
    pieces = [last];
    pendingChars = last.length;
    return lines;
  }

  return {
    push: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end: () => {
      const lines = take(decoder.decode());
      const last = pieces.join('');
      pieces = [];
      pendingChars = 0;
      return last === '' ? lines : [...lines, last];
    },
    pendingChars: () => pendingChars,
  };
}
