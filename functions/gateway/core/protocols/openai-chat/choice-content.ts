import type { AnswerEvent } from '../../model/answer-event.ts';
import { arrayMember, isJsonObject, type JsonObject, member, stringMember } from '../../wire/json.ts';
import type { AnswerParts } from '../answer-parts.ts';
import { hasThoughtBlocks, type ThoughtBlocks, thoughtBlocks } from './thought-blocks.ts';
import { type ToolCallTracker, toolCallFragments } from './tool-call-tracker.ts';

/** Reads the words, thoughts and calls of a choice. */
export interface ContentReader {
  readonly read: (said: JsonObject, isLast: boolean) => readonly AnswerEvent[];
  /** The proof of the thoughts so far, now that they have ended. */
  readonly proven: () => readonly AnswerEvent[];
  /** A text that is new, by the name of its member. */
  readonly again: (member: string, text: string) => void;
}

/** Nothing read so far. Calls go to `calls`, words into `parts`. */
export function contentReader(parts: AnswerParts, calls: ToolCallTracker): ContentReader {
  const saidWords = newWords();
  let thoughts: ThoughtBlocks | undefined;

  function proven(): readonly AnswerEvent[] {
    const proof = thoughts?.take();
    return proof === undefined ? [] : parts.proveThoughts(proof);
  }

  return {
    read: (said, isLast) => {
      if (hasThoughtBlocks(said)) {
        thoughts ??= thoughtBlocks();
        thoughts.add(said);
      }
      const words = saidWords
        .add(wordsOf(said), isLast)
        .flatMap(({ kind, text }) => [...(kind === 'reasoning' ? [] : proven()), ...parts.words(kind, text)]);
      if (said.tool_calls === undefined && said.function_call === undefined) {
        return words;
      }
      const fragments = toolCallFragments(said);
      return fragments.length === 0 ? words : [...words, ...proven(), ...fragments.flatMap(calls.add)];
    },
    proven,
    again: (member, text) => saidWords.again({ kind: wordsKind(member), text }),
  };
}

interface NewWords {
  /** The words of a piece without those of a last one that says a whole kind once more: two pieces at least have said it. */
  readonly add: (words: readonly Words[], isLast: boolean) => readonly Words[];
  /** Words that are new. */
  readonly again: (words: Words) => void;
}

function newWords(): NewWords {
  const said = { text: newTexts(), reasoning: newTexts(), refusal: newTexts() };

  function again({ kind, text }: Words): void {
    said[kind].add(text);
  }

  function isRepeated(kind: Words['kind'], words: readonly Words[]): boolean {
    return said[kind].isWhole(words.map((one) => (one.kind === kind ? one.text : '')).join(''));
  }

  return {
    add: (words, isLast) => {
      const repeated = isLast ? KINDS.filter((kind) => isRepeated(kind, words)) : [];
      const fresh = repeated.length === 0 ? words : words.filter(({ kind }) => !repeated.includes(kind));
      fresh.forEach(again);
      return fresh;
    },
    again,
  };
}

const KINDS: readonly Words['kind'][] = ['text', 'reasoning', 'refusal'];

interface Texts {
  readonly add: (text: string) => void;
  /** Whether the text is that of all pieces, where there are several. Pieces are put together only where the lengths agree. */
  readonly isWhole: (text: string) => boolean;
}

function newTexts(): Texts {
  const texts: string[] = [];
  let length = 0;
  return {
    add: (text) => {
      length += text.length;
      texts.push(text);
    },
    isWhole: (text) => texts.length > 1 && text.length === length && text === texts.join(''),
  };
}

/** A piece of words, of whatever kind. Never empty. */
interface Words {
  readonly kind: 'text' | 'reasoning' | 'refusal';
  readonly text: string;
}

/** The words in a delta or message, reasoning first, as models think before they speak. */
function wordsOf(delta: JsonObject): readonly Words[] {
  const { content, refusal } = delta;
  const words: Words[] = [];
  const thought = REASONING_NAMES.map((name) => delta[name]).find(isText);
  if (thought !== undefined) {
    words.push({ kind: 'reasoning', text: thought });
  }
  if (isText(content)) {
    words.push({ kind: 'text', text: content });
  }
  for (const part of Array.isArray(content) ? content : []) {
    words.push(...partWords(part));
  }
  if (isText(refusal)) {
    words.push({ kind: 'refusal', text: refusal });
  }
  return words;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** A part of Mistral's content, thinking among them. */
function partWords(part: unknown): readonly Words[] {
  const isThinking = stringMember(part, 'type') === 'thinking';
  const text = isThinking ? thinkingOf(part) : stringMember(part, 'text');
  return isText(text) ? [{ kind: isThinking ? 'reasoning' : 'text', text }] : [];
}

function thinkingOf(part: unknown): string {
  const thoughts = arrayMember(part, 'thinking').map((thought) => stringMember(thought, 'text') ?? '');
  return stringMember(part, 'thinking') ?? thoughts.join('');
}

/**
 * DeepSeek's and xAI's name, then Groq's, OpenRouter's and vLLM's. Servers that send both send the same text. Source: each one's chat
 * completion reference, 2026-11.
 */
const REASONING_NAMES: readonly string[] = ['reasoning_content', 'reasoning', 'reasoning_text'];

/** The kind of the words in a member. */
function wordsKind(member: string): Words['kind'] {
  if (member === 'refusal') {
    return member;
  }
  return member === 'content' ? 'text' : 'reasoning';
}

/** The name of the only member that holds words, or a piece of a call that has begun; `undefined` where there is none, or several. */
export function wordsMember(delta: JsonObject): string | undefined {
  const names = WORDS_NAMES.filter((name) => isText(delta[name]));
  const calls = arrayMember(delta, 'tool_calls');
  if (calls.length === 0) {
    return names.length === 1 ? names[0] : undefined;
  }
  return names.length === 0 && calls.length === 1 && isPiece(calls[0]) ? 'arguments' : undefined;
}

const WORDS_NAMES: readonly string[] = ['content', 'refusal', ...REASONING_NAMES];

/** Neither an id nor a name: with one it may be another call, or say one once more. */
function isPiece(call: unknown): boolean {
  const called = member(call, 'function');
  return isJsonObject(called) && !saysSomething(called.name) && !saysSomething(member(call, 'id'));
}

/** Members that become parts, and those that say nothing: padding against eavesdroppers, gpt-oss's channel name. */
const READ_MEMBERS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  ...REASONING_NAMES,
  'tool_calls',
  'function_call',
  'obfuscation',
  'channel',
]);

/** The members of a delta or message that are passed on unread; `undefined` where there are none that say anything. */
export function unreadMembers(delta: JsonObject): JsonObject | undefined {
  const unread = Object.keys(delta).filter((name) => !READ_MEMBERS.has(name) && saysSomething(delta[name]));
  return unread.length === 0 ? undefined : Object.fromEntries(unread.map((name) => [name, delta[name]]));
}

function saysSomething(value: unknown): boolean {
  const isEmptyList = Array.isArray(value) && value.length === 0;
  return value !== null && value !== undefined && value !== '' && !isEmptyList;
}

/**
 * Members of a choice beside its words that are passed on: Azure's verdicts, what vLLM and SGLang say of the stop. Source: Azure OpenAI
 * reference, "Content filtering", and the servers' own code, 2026-11.
 */
const CHOICE_MEMBERS: readonly string[] = [
  'content_filter_results',
  'content_filter_result',
  'content_filter_offsets',
  'stop_reason',
  'matched_stop',
  'token_ids',
];

/** The members of a choice that are passed on unread; `undefined` where there are none that say anything. */
export function choiceMembers(choice: JsonObject): JsonObject | undefined {
  const found = CHOICE_MEMBERS.filter(
    (name) => choice[name] !== undefined && saysSomething(choice[name]) && !isEmptyObject(choice[name]),
  );
  return found.length === 0 ? undefined : Object.fromEntries(found.map((name) => [name, choice[name]]));
}

function isEmptyObject(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}

/** Which stop sequence ended a choice, where vLLM or SGLang tell: a number there is a token of the model's own. */
export function stopSequenceOf(choice: JsonObject): string | undefined {
  return stringMember(choice, 'stop_reason') ?? stringMember(choice, 'matched_stop');
}

/** The `logprobs` of a choice, where any are there. */
export function logprobsOf(choice: JsonObject): JsonObject | undefined {
  const { logprobs } = choice;
  return isJsonObject(logprobs) && Object.values(logprobs).some(saysSomething) ? logprobs : undefined;
}
