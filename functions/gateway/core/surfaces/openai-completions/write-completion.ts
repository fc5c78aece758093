import type { AnswerEvent, FinishReason } from '../../model/answer-event.ts';
import type { Usage } from '../../model/usage.ts';
import { type JsonObject, member, stringMember } from '../../wire/json.ts';
import { errorJson } from '../openai-chat/chat-error.ts';
import { chatUsage } from '../openai-chat/chat-usage.ts';
import type { AnswerIdentity, AnswerStream } from '../surface.ts';

/** Writes an answer as a stream of `text_completion` objects. What is no text is left out. Source: OpenAI API reference, "Completion object". */
export function completionStream(about: AnswerIdentity): AnswerStream {
  const includeUsage = member(about.prompt.original.body.stream_options, 'include_usage') === true;
  const identity = identityOf(about);
  const texts = textReader(about);
  let usage: Usage | undefined;
  const chunk = (choices: readonly JsonObject[], counts: JsonObject | null): string =>
    `data: ${JSON.stringify({ ...identity, choices, ...(includeUsage && { usage: counts }) })}\n\n`;
  return {
    write: (events) =>
      events
        .map((event) => {
          usage = event.type === 'usage' ? event.usage : usage;
          const choice = texts(event);
          return choice === undefined ? signOfLife(event) : chunk([choice], null);
        })
        .join(''),
    end: (trail) => {
      const last = includeUsage && usage !== undefined ? chunk([], chatUsage(usage)) : '';
      return `${last}: nemo ${trail}\n\ndata: [DONE]\n\n`;
    },
    broken: (error, trail) => {
      const comment = trail === undefined ? '' : `: nemo ${trail}\n\n`;
      return `${comment}event: error\ndata: ${errorJson(error)}\n\n`;
    },
  };
}

function signOfLife({ type }: AnswerEvent): string {
  return type === 'keep-alive' ? ': ping\n\n' : '';
}

/** Puts an answer's events together into a whole `text_completion`. */
export function completionBody(events: readonly AnswerEvent[], about: AnswerIdentity): JsonObject {
  const texts = textReader(about);
  const choices = new Map<number, { readonly pieces: string[]; reason: unknown }>();
  let usage: Usage | undefined;
  for (const event of events) {
    usage = event.type === 'usage' ? event.usage : usage;
    const piece = texts(event);
    if (piece !== undefined) {
      const index = Number(piece.index);
      const choice = choices.get(index) ?? { pieces: [], reason: null };
      choice.pieces.push(String(piece.text));
      choice.reason = piece.finish_reason;
      choices.set(index, choice);
    }
  }
  const whole = [...choices].sort(([a], [b]) => a - b);
  return {
    ...identityOf(about),
    choices: whole.map(([index, { pieces, reason }]) => choiceWith(index, pieces.join(''), reason)),
    ...(usage !== undefined && { usage: chatUsage(usage) }),
  };
}

function identityOf({ requestId, created, model }: AnswerIdentity): JsonObject {
  return { id: `cmpl-${requestId}`, object: 'text_completion', created, model };
}

function choiceWith(index: number, text: string, reason: unknown): JsonObject {
  return { text, index, logprobs: null, finish_reason: reason };
}

/** What an event adds to a choice; `undefined` where it adds nothing. The prompt stands before the first words, where that was asked for. */
function textReader({ prompt }: AnswerIdentity): (event: AnswerEvent) => JsonObject | undefined {
  const echo = stringMember(prompt.native.get('echo')?.value, 'echo') ?? '';
  const spoken = new Set<string>();
  const begun = new Set<number>();
  const before = (choice: number): string => {
    const isFirst = !begun.has(choice);
    begun.add(choice);
    return isFirst ? echo : '';
  };
  return (event) => {
    switch (event.type) {
      case 'part-start':
        if (event.begins.kind === 'text' || event.begins.kind === 'refusal') {
          spoken.add(`${event.choice}.${event.part}`);
        }
        return undefined;
      case 'part-delta':
        return spoken.has(`${event.choice}.${event.part}`)
          ? choiceWith(event.choice, before(event.choice) + event.text, null)
          : undefined;
      case 'finish':
        return choiceWith(event.choice, before(event.choice), REASONS[event.reason]);
      default:
        return undefined;
    }
  };
}

const REASONS: Readonly<Record<FinishReason, string>> = {
  end: 'stop',
  'stop-sequence': 'stop',
  'tool-calls': 'stop',
  paused: 'stop',
  length: 'length',
  filtered: 'content_filter',
};
