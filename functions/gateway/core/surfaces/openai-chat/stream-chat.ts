import type { AboutAnswer, AnswerEvent, PartStart } from '../../model/answer-event.ts';
import type { GatewayError } from '../../model/gateway-error.ts';
import type { Usage } from '../../model/usage.ts';
import { type JsonObject, member } from '../../wire/json.ts';
import type { AnswerIdentity, AnswerStream } from '../surface.ts';
import {
  aboutMembers,
  callExtension,
  choiceWith,
  extensionMembers,
  finishMembers,
  type PartForm,
  partForm,
  toolCallOf,
} from './answer-members.ts';
import { errorJson } from './chat-error.ts';
import { chatUsage } from './chat-usage.ts';

/**
 * Writes an answer in OpenAI's `chat.completion.chunk` form: each choice begins with its role, each tool call with its id and name, and the
 * usage has a last chunk of its own without choices, where the caller asked for it, while the chunks before it say `usage: null`. `[DONE]`
 * comes after the trail. What stays the same from chunk to chunk is made once. Source: OpenAI API reference, "Chat completion chunk object".
 */
export function chatStream(about: AnswerIdentity): AnswerStream {
  const writing = newWriting(about);
  return {
    write: (events) => {
      let text = '';
      for (const event of events) {
        text += write(writing, event);
      }
      return text;
    },
    end: (trail) => `${lastChunk(writing)}: nemo ${trail}\n\ndata: [DONE]\n\n`,
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
  readonly parts: Map<number, WrittenPart>;
  calls: number;
  hasRole: boolean;
}

interface WrittenPart {
  /** Absent where a chat caller is not shown the part. */
  readonly form: PartForm | undefined;
  /** The chunk up to a piece of the part, as long as chunks open so. */
  head: { readonly opening: string; readonly text: string };
}

function newWriting({ requestId, created, model, prompt }: AnswerIdentity): Writing {
  const includeUsage = member(prompt.original.body.stream_options, 'include_usage') === true;
  const identity = membersText({ id: `chatcmpl-${requestId}`, object: 'chat.completion.chunk', created, model });
  return {
    identity,
    includeUsage,
    closing: includeUsage ? '],"usage":null}\n\n' : ']}\n\n',
    choices: new Map(),
    about: {},
    news: undefined,
    opening: `data: {${identity},"choices":[`,
  };
}

function write(writing: Writing, event: AnswerEvent): string {
  switch (event.type) {
    case 'part-delta':
      return pieceText(writing, event.choice, event.part, event.text);
    case 'part-start':
      return startText(writing, event);
    case 'native':
      return event.of === 'choice'
        ? choiceChunk(writing, event)
        : membersChunk(writing, event.choice, extensionMembers(event));
    case 'part-end':
      return event.citations === undefined && event.proof === undefined
        ? ''
        : membersChunk(writing, event.choice, extensionMembers(event));
    case 'citations':
      return membersChunk(writing, event.choice, extensionMembers(event));
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
  writing.opening = openingOf(writing.identity, writing.about);
}

function openingOf(identity: string, about: JsonObject): string {
  const text = membersText(about);
  return `data: {${identity}${text === '' ? '' : `,${text}`},"choices":[`;
}

/** The beginning of a chunk, with what is new. */
function takeOpening(writing: Writing): string {
  const { identity, about, news, opening } = writing;
  if (news === undefined) {
    return opening;
  }
  writing.news = undefined;
  return openingOf(identity, { ...about, ...news });
}

function choiceOf(writing: Writing, index: number): WrittenChoice {
  const known = writing.choices.get(index);
  if (known !== undefined) {
    return known;
  }
  const choice = { parts: new Map(), calls: 0, hasRole: false };
  writing.choices.set(index, choice);
  return choice;
}

/** One event around a member of `choices`. The first of a choice comes after its role. */
function chunk(writing: Writing, index: number, text: string): string {
  const { closing } = writing;
  const choice = choiceOf(writing, index);
  if (choice.hasRole) {
    return `${takeOpening(writing)}${text}${closing}`;
  }
  choice.hasRole = true;
  const role = choiceWith(index, '"role":"assistant","content":""');
  return `${takeOpening(writing)}${role}${closing}${writing.opening}${text}${closing}`;
}

function pieceText(writing: Writing, index: number, part: number, text: string): string {
  const choice = writing.choices.get(index);
  const written = choice?.parts.get(part);
  if (choice === undefined || written?.form === undefined) {
    return '';
  }
  const { before, after } = written.form;
  const json = JSON.stringify(text);
  if (!choice.hasRole || writing.news !== undefined) {
    return chunk(writing, index, before + json + after);
  }
  if (written.head.opening !== writing.opening) {
    written.head = { opening: writing.opening, text: writing.opening + before };
  }
  return written.head.text + json + after + writing.closing;
}

/** Words begin with their first piece; a call begins with its name, and a picture is there at once. */
function startText(writing: Writing, event: PartStart): string {
  const { choice: index, part, begins } = event;
  const choice = choiceOf(writing, index);
  const form = partForm(index, choice.calls, begins);
  choice.parts.set(part, { form, head: { opening: '', text: '' } });
  if (begins.kind === 'media') {
    return membersChunk(writing, index, extensionMembers(event));
  }
  if (begins.kind !== 'tool-call' || form?.call === undefined) {
    return '';
  }
  const { id, name, native } = begins;
  const extra = callExtension(native);
  const start = { index: choice.calls, ...toolCallOf({ id, name, text: '', form: form.call, extra }) };
  choice.calls += 1;
  return chunk(writing, index, choiceWith(index, `"tool_calls":[${JSON.stringify(start)}]`));
}

function membersChunk(writing: Writing, choice: number, members: JsonObject | undefined): string {
  return members === undefined ? '' : chunk(writing, choice, choiceWith(choice, membersText(members)));
}

/** Members of the choice itself. */
function choiceChunk(writing: Writing, event: Extract<AnswerEvent, { type: 'native' }>): string {
  const members = { index: event.choice, delta: {}, logprobs: null, finish_reason: null, ...extensionMembers(event) };
  return chunk(writing, event.choice, JSON.stringify(members));
}

/** The last chunk: the usage, where it was asked for, and what came too late for another. */
function lastChunk(writing: Writing): string {
  const { includeUsage, usage, news } = writing;
  if (includeUsage && usage !== undefined) {
    return `${takeOpening(writing)}],"usage":${JSON.stringify(chatUsage(usage))}}\n\n`;
  }
  return news === undefined ? '' : `${takeOpening(writing)}${writing.closing}`;
}

/** An object's members as JSON, without its braces. */
function membersText(members: JsonObject): string {
  return JSON.stringify(members).slice(1, -1);
}
