import type { AboutAnswer, AnswerEvent, BegunPart, PartStart } from '../../model/answer-event.ts';
import type { GatewayError } from '../../model/gateway-error.ts';
import type { Usage } from '../../model/usage.ts';
import { type JsonObject, member } from '../../wire/json.ts';
import type { AnswerIdentity, AnswerStream } from '../surface.ts';
import {
  aboutMembers,
  callExtension,
  extensionMembers,
  finishMembers,
  toolCallForm,
  toolCallOf,
} from './answer-members.ts';
import { errorJson } from './chat-error.ts';
import { chatUsage } from './chat-usage.ts';

/**
 * Writes an answer in OpenAI's `chat.completion.chunk` form: each choice begins with its role, each tool call with its id and name, and the
 * usage has a last chunk of its own without choices, where the caller asked for it, while the chunks before it say `usage: null`. `[DONE]`
 * comes after the trail. What stays the same from chunk to chunk is made once. Source: OpenAI API reference, "Chat completion chunk object".
 */
export function chatStream({ requestId, created, model, prompt }: AnswerIdentity): AnswerStream {
  const includeUsage = member(prompt.original.body.stream_options, 'include_usage') === true;
  const identity = membersText({ id: `chatcmpl-${requestId}`, object: 'chat.completion.chunk', created, model });
  const writing: Writing = {
    identity,
    includeUsage,
    closing: includeUsage ? '],"usage":null}\n\n' : ']}\n\n',
    choices: new Map(),
    about: {},
    news: undefined,
    opening: `data: {${identity},"choices":[`,
  };
  return {
    write: (events) => {
      let text = '';
      for (const event of events) {
        text += eventText(writing, event);
      }
      return text;
    },
    end: (trail) => {
      const isMore = writing.news !== undefined || (includeUsage && writing.usage !== undefined);
      return `${isMore ? lastChunk(writing) : ''}: nemo ${trail}\n\ndata: [DONE]\n\n`;
    },
    broken,
  };
}

function broken(error: GatewayError, trail?: string): string {
  const comment = trail === undefined ? '' : `: nemo ${trail}\n\n`;
  return `${comment}event: error\ndata: ${errorJson(error)}\n\n`;
}

interface Writing {
  /** `"id":...,"object":...,"created":...,"model":...`. */
  readonly identity: string;
  readonly includeUsage: boolean;
  readonly closing: string;
  readonly choices: Map<number, WrittenChoice>;
  about: JsonObject;
  opening: string;
  /** What the next chunk says of the answer, once. */
  news: JsonObject | undefined;
  usage?: Usage;
}

interface WrittenChoice {
  /** A member of `choices` up to the members of its delta. */
  readonly begin: string;
  readonly parts: Map<number, WrittenPart>;
  calls: number;
  hasRole: boolean;
}

/** A part that a chat caller is shown. */
interface WrittenPart {
  /** A member of `choices` up to the JSON of a piece, and after it. */
  readonly before: string;
  readonly after: string;
  /** The chunk up to a piece of the part, as long as chunks open so. */
  head: { readonly opening: string; readonly text: string };
}

/** A member of `choices` after the members of its delta. */
const CHOICE_END = '},"logprobs":null,"finish_reason":null}';

function eventText(writing: Writing, event: AnswerEvent): string {
  switch (event.type) {
    case 'part-delta':
      return pieceText(writing, event.choice, event.part, event.text);
    case 'part-start':
      return startText(writing, event);
    case 'native':
      return event.of === 'choice' ? choiceChunk(writing, event) : membersChunk(writing, event);
    case 'part-end':
      return event.citations === undefined && event.proof === undefined ? '' : membersChunk(writing, event);
    case 'citations':
      return membersChunk(writing, event);
    case 'logprobs':
      return chunk(
        writing,
        event.choice,
        `{"index":${event.choice},"delta":{},"logprobs":${JSON.stringify(event.logprobs)},"finish_reason":null}`,
      );
    case 'finish':
      return chunk(
        writing,
        event.choice,
        `{"index":${event.choice},"delta":{},"logprobs":null,${membersText(finishMembers(event))}}`,
      );
    case 'usage':
      writing.usage = event.usage;
      return '';
    case 'about':
      learn(writing, event);
      return '';
    case 'keep-alive':
      return ': ping\n\n';
    case 'failed':
      return '';
  }
}

/** Members that every chunk repeats, as OpenAI and Perplexity do. Others may be long, and are said once. */
const REPEATED: ReadonlySet<string> = new Set(['system_fingerprint', 'service_tier', 'citations', 'search_results']);

function learn(writing: Writing, event: AboutAnswer): void {
  if (event.version === undefined && event.serviceTier === undefined && event.native === undefined) {
    return;
  }
  for (const [name, value] of Object.entries(aboutMembers(event))) {
    const kind = REPEATED.has(name) ? 'about' : 'news';
    writing[kind] = { ...writing[kind], [name]: value };
  }
  const text = membersText(writing.about);
  writing.opening = `data: {${writing.identity}${text === '' ? '' : `,${text}`},"choices":[`;
}

/** The beginning of a chunk that says what is new. */
function takeNews(writing: Writing): string {
  const { identity, about, news } = writing;
  writing.news = undefined;
  return `data: {${identity},${membersText({ ...about, ...news })},"choices":[`;
}

function choiceOf({ choices }: Writing, index: number): WrittenChoice {
  let choice = choices.get(index);
  if (choice === undefined) {
    choice = { begin: `{"index":${index},"delta":{`, parts: new Map(), calls: 0, hasRole: false };
    choices.set(index, choice);
  }
  return choice;
}

/** One event around a member of `choices`. The first of a choice comes after its role. */
function chunk(writing: Writing, index: number, text: string): string {
  const choice = choiceOf(writing, index);
  const begin = writing.news === undefined ? writing.opening : takeNews(writing);
  if (choice.hasRole) {
    return begin + text + writing.closing;
  }
  choice.hasRole = true;
  const role = `${choice.begin}"role":"assistant","content":""${CHOICE_END}`;
  return begin + role + writing.closing + writing.opening + text + writing.closing;
}

function pieceText(writing: Writing, index: number, part: number, text: string): string {
  const choice = writing.choices.get(index);
  const written = choice?.parts.get(part);
  if (choice === undefined || written === undefined) {
    return '';
  }
  const { before, after, head } = written;
  const json = JSON.stringify(text);
  if (!choice.hasRole || writing.news !== undefined) {
    return chunk(writing, index, before + json + after);
  }
  if (head.opening !== writing.opening) {
    written.head = { opening: writing.opening, text: writing.opening + before };
  }
  return written.head.text + json + after + writing.closing;
}

/** Where the words of a part stand. */
const WORDS = { text: 'content', reasoning: 'reasoning_content', refusal: 'refusal' } as const;

/** No piece has been written. */
const NO_HEAD = { opening: '', text: '' };

/** Words begin with their first piece; a call begins with its name, and a picture is there at once. */
function startText(writing: Writing, event: PartStart): string {
  const { part, begins } = event;
  switch (begins.kind) {
    case 'text':
    case 'reasoning':
    case 'refusal': {
      const { begin, parts } = choiceOf(writing, event.choice);
      parts.set(part, { before: `${begin}"${WORDS[begins.kind]}":`, after: CHOICE_END, head: NO_HEAD });
      return '';
    }
    case 'tool-call':
      return callText(writing, event, begins);
    case 'media':
      return membersChunk(writing, event);
    case 'opaque':
      return '';
  }
}

function callText(
  writing: Writing,
  { choice: index, part }: PartStart,
  { id, name, native, isCustom }: Extract<BegunPart, { kind: 'tool-call' }>,
): string {
  const choice = choiceOf(writing, index);
  const form = toolCallForm(isCustom === true);
  const before = `${choice.begin}"tool_calls":[{"index":${choice.calls},"${form.type}":{"${form.text}":`;
  choice.parts.set(part, { before, after: `}}]${CHOICE_END}`, head: NO_HEAD });
  const start = { index: choice.calls, ...toolCallOf({ id, name, text: '', form, extra: callExtension(native) }) };
  choice.calls += 1;
  return chunk(writing, index, `${choice.begin}"tool_calls":[${JSON.stringify(start)}]${CHOICE_END}`);
}

/** What OpenAI has no part for, as members of the delta. */
function membersChunk(writing: Writing, event: Extract<AnswerEvent, { readonly choice: number }>): string {
  const members = extensionMembers(event);
  const { choice } = event;
  return members === undefined
    ? ''
    : chunk(writing, choice, `${choiceOf(writing, choice).begin}${membersText(members)}${CHOICE_END}`);
}

/** Members of the choice itself. */
function choiceChunk(writing: Writing, event: Extract<AnswerEvent, { type: 'native' }>): string {
  const members = { index: event.choice, delta: {}, logprobs: null, finish_reason: null, ...extensionMembers(event) };
  return chunk(writing, event.choice, JSON.stringify(members));
}

/** The last chunk: the usage, where it was asked for, and what came too late for another. */
function lastChunk(writing: Writing): string {
  const { includeUsage, usage, news, opening, closing } = writing;
  const begin = news === undefined ? opening : takeNews(writing);
  return includeUsage && usage !== undefined
    ? `${begin}],"usage":${JSON.stringify(chatUsage(usage))}}\n\n`
    : `${begin}${closing}`;
}

/** An object's members as JSON, without its braces. */
function membersText(members: JsonObject): string {
  return JSON.stringify(members).slice(1, -1);
}
