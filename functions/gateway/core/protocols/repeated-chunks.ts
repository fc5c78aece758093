import type { AnswerEvent } from '../model/answer-event.ts';
import type { WireEvent } from '../wire/wire-event.ts';

/** What one event of a stream was read as. */
export interface ReadChunk {
  readonly events: readonly AnswerEvent[];
  /** Where its words are, which may be all that the next one differs in; absent where they are in no one string. */
  readonly words?: ChunkWords | undefined;
}

/** The string that holds an event's words. */
export interface ChunkWords {
  /** The name of its member. */
  readonly member: string;
  /** Is told of the words of the events after it that differ in them alone. */
  readonly again?: ((text: string) => void) | undefined;
}

/** A stream none of whose first so many chunks are like the ones before is not looked at any further. */
const MAX_MISSES = 4;

interface Last {
  readonly template: TextTemplate;
  readonly name: string;
  readonly choice: number;
  readonly part: number;
  readonly again: ((text: string) => void) | undefined;
  /** What each event says beside its words, as Azure's verdict on them. */
  readonly beside: readonly AnswerEvent[];
}

/** The events of one stream, of which most say no more than the next words of the same part. */
export interface RepeatedChunks<Answer> {
  readonly answer: Answer;
  /** Reads an event that is not like the one before. */
  readonly readWhole: (answer: Answer, event: WireEvent) => ReadChunk;
  last: Last | undefined;
  /** Whether the event before had words. */
  hadWords: boolean;
  /** Events that were not like the one before, since the last that was. */
  misses: number;
}

/** A stream of which nothing has been read. `readWhole` reads an event that is not like the one before into `answer`. */
export function repeatedChunks<Answer>(
  answer: Answer,
  readWhole: RepeatedChunks<Answer>['readWhole'],
): RepeatedChunks<Answer> {
  return { answer, readWhole, last: undefined, hadWords: false, misses: 0 };
}

/**
 * What an event says. One that differs from the last one in its words alone, and in what is noise to everyone, goes on with the same part and
 * is read at a tenth of the price: nothing else in it can be news. Anything else is read whole.
 */
export function readChunk<Answer>(chunks: RepeatedChunks<Answer>, event: WireEvent): readonly AnswerEvent[] {
  const { last } = chunks;
  const text = event.kind === 'event' && event.name === last?.name ? textIn(last.template, event.data) : undefined;
  if (text === undefined || last === undefined) {
    const { events, words } = chunks.readWhole(chunks.answer, event);
    chunks.misses += last === undefined ? 0 : 1;
    // A first event with words says more than those that follow it, as who speaks, and the caller waits for it.
    const mayRepeat = words !== undefined && chunks.hadWords && chunks.misses < MAX_MISSES;
    chunks.last = mayRepeat ? lastOf(event, events, words) : undefined;
    chunks.hadWords = words !== undefined;
    return events;
  }
  chunks.misses = 0;
  const { choice, part, beside, again } = last;
  if (text === '') {
    return beside;
  }
  again?.(text);
  return [{ type: 'part-delta', choice, part, text }, ...beside];
}

function lastOf({ name, data }: WireEvent, events: readonly AnswerEvent[], words: ChunkWords): Last | undefined {
  const [delta, ...beside] = events;
  if (delta?.type !== 'part-delta' || !beside.every(({ type }) => type === 'native')) {
    return undefined;
  }
  const { choice, part, text } = delta;
  // What is passed on unread may have a member that is noise elsewhere.
  const template = textTemplate(data, words.member, text, beside.length === 0);
  return template === undefined ? undefined : { template, name, choice, part, again: words.again, beside };
}

/**
 * A JSON text of which all is known but one string, and noise: most chunks of a stream are like the one before, but for the words. What fits
 * the template would parse to the same value with that string in its place, and need not be parsed.
 */
export interface TextTemplate {
  /** What stands before the string, with noise in between. */
  readonly before: readonly string[];
  /** What stands after the string up to the end of the object's members, with noise in between. */
  readonly after: readonly string[];
}

/**
 * The template of a JSON object's text whose member `name` is `text`, at the only place where a member of that name is a string. `undefined`
 * where there are several such places, or none. `hasNoise`: whether members that say nothing may differ.
 */
export function textTemplate(json: string, name: string, text: string, hasNoise = true): TextTemplate | undefined {
  const from = onlyPlaceAfter(json, `"${name}":`) + 1;
  const to = from === 0 ? -1 : endOfText(json, from, text);
  const end = endOfMembers(json);
  if (to === -1 || end === -1) {
    return undefined;
  }
  const texts = [json.slice(0, from), json.slice(to, end)];
  const mayDiffer = hasNoise && NOISE.some((key) => json.includes(key));
  const [before = [], after = []] = mayDiffer ? texts.map(betweenNoise) : texts.map((whole) => [whole]);
  return { before, after };
}

/** The template's string in `json`; `undefined` where that does not fit. */
export function textIn({ before, after }: TextTemplate, json: string): string | undefined {
  let from = 0;
  for (let index = 0; index < before.length; index += 1) {
    const text = before[index] ?? '';
    const begin = index === 0 ? 0 : endOfNoise(json, from);
    from = begin + text.length;
    // `startsWith` reads a text that it does not know in advance letter by letter, at ten times the price.
    if (json.slice(begin, from) !== text) {
      return undefined;
    }
  }
  const to = beginOfLast(json, after);
  const literal = to < from ? undefined : json.slice(from, to);
  return literal !== undefined && SPECIAL.test(literal) ? unescaped(literal) : literal;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACE = 0x7d;
const SPACE = 0x20;

/** The place after a member's name, where it is that of one member alone; else -1. Quotes within strings are escaped: what stands between quotes is a name. */
function onlyPlaceAfter(json: string, key: string): number {
  const at = json.indexOf(key);
  if (at === -1 || json.indexOf(key, at + key.length) !== -1) {
    return -1;
  }
  const place = at + key.length;
  return json.charCodeAt(place) === SPACE ? place + 1 : place;
}

/** Where the last quote of the string is that begins at the place, where it says that text; else -1. */
function endOfText(json: string, from: number, text: string): number {
  if (json.charCodeAt(from - 1) !== QUOTE) {
    return -1;
  }
  let to = json.indexOf('"', from);
  while (to !== -1 && json.charCodeAt(to - 1) === BACKSLASH && isEscaped(json, to)) {
    to = json.indexOf('"', to + 1);
  }
  const literal = json.slice(from, to);
  return to !== -1 && (SPECIAL.test(literal) ? unescaped(literal) : literal) === text ? to : -1;
}

/** Whether an odd number of backslashes stands before the place. */
function isEscaped(json: string, at: number): boolean {
  let first = at;
  while (json.charCodeAt(first - 1) === BACKSLASH) {
    first -= 1;
  }
  return (at - first) % 2 === 1;
}

/** Where an object's members end: Anthropic puts a random number of spaces before its last brace. -1: there is no brace. */
function endOfMembers(json: string): number {
  let at = json.length - 1;
  if (json.charCodeAt(at) !== BRACE) {
    return -1;
  }
  while (json.charCodeAt(at - 1) === SPACE) {
    at -= 1;
  }
  return at;
}

/**
 * Members whose value, of letters and digits, is another in each event and says nothing: characters that some vendors add so that a chunk's
 * length tells an eavesdropper nothing (OpenAI's, then Bedrock's and Mistral's), and the numbers of the Responses API's events.
 */
const NOISE: readonly string[] = ['"obfuscation":"', '"p":"', '"sequence_number":'];

/** What stands before, between and after the noise in a text. */
function betweenNoise(text: string): readonly string[] {
  const begins = NOISE.map((key) => onlyPlaceAfter(text, key))
    .filter((begin) => begin !== -1)
    .sort((one, other) => one - other);
  return [0, ...begins.map((begin) => endOfNoise(text, begin))].map((from, index) => text.slice(from, begins[index]));
}

function endOfNoise(text: string, from: number): number {
  let at = from;
  while (isNoise(text.charCodeAt(at))) {
    at += 1;
  }
  return at;
}

function isNoise(char: number): boolean {
  return (char >= 0x30 && char <= 0x39) || (char >= 0x41 && char <= 0x5a) || (char >= 0x61 && char <= 0x7a);
}

/** Where those texts begin, with noise between them, that the members of `json` end with; -1 where they do not. */
function beginOfLast(json: string, texts: readonly string[]): number {
  let at = endOfMembers(json);
  for (let index = texts.length - 1; index >= 0; index -= 1) {
    const text = texts[index] ?? '';
    if (at < text.length || json.slice(at - text.length, at) !== text) {
      return -1;
    }
    at -= text.length;
    while (index > 0 && isNoise(json.charCodeAt(at - 1))) {
      at -= 1;
    }
  }
  return at;
}

/** What stands in a JSON string in an escaped form, or not at all. */
const SPECIAL = /["\\\p{Cc}]/u;

/** The string whose characters in JSON these are; `undefined` where they are none. */
function unescaped(literal: string): string | undefined {
  try {
    const value: unknown = JSON.parse(`"${literal}"`);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
