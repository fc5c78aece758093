import type { AnswerEvent } from '../../model/answer-event.ts';
import { defined } from '../../model/defined.ts';
import type { Citation } from '../../model/part.ts';
import { arrayMember, isJsonObject, type JsonObject, numberMember, stringMember } from '../../wire/json.ts';
import type { ItemReader, OpenPart, PartNumbers } from './part-numbers.ts';

/** Reads a message: its parts in the order of their numbers. */
export function messageReader(item: JsonObject, parts: PartNumbers): ItemReader {
  const { type: _, status: __, role: ___, content: ____, ...others } = item;
  const native = { dialect: 'openai-responses', value: others, ifForeign: 'ignore' } as const;
  const open = new Map<number, OpenPart>();

  let isWeighed = false;

  function weigh(logprobs: readonly unknown[]): readonly AnswerEvent[] {
    isWeighed ||= logprobs.length > 0;
    return logprobs.length === 0
      ? []
      : [{ type: 'logprobs', choice: 0, logprobs: { content: logprobs, refusal: null } }];
  }

  function grow(index: number, kind: 'text' | 'refusal', text: string): readonly AnswerEvent[] {
    const known = open.get(index);
    const part = known ?? parts.begin({ kind, native });
    open.set(index, part);
    return [...(known === undefined ? [part.start] : []), ...part.grow(text)];
  }

  function end(index: number, content: unknown): readonly AnswerEvent[] {
    const { kind, text } = wordsOf(content);
    const isOwed = text !== '' && open.get(index)?.hasText() !== true;
    const begun = isOwed ? grow(index, kind, text) : [];
    const citations = citationsOf(content);
    const told = isWeighed ? [] : weigh(arrayMember(content, 'logprobs'));
    return [...begun, ...told, ...(open.get(index)?.end(citations.length === 0 ? {} : { citations }) ?? [])];
  }

  return {
    begin: () => [],
    read: (type, event) => {
      const index = numberMember(event, 'content_index') ?? 0;
      switch (type) {
        case 'response.output_text.delta':
          return [...grow(index, 'text', stringMember(event, 'delta') ?? ''), ...weigh(arrayMember(event, 'logprobs'))];
        case 'response.refusal.delta':
          return grow(index, 'refusal', stringMember(event, 'delta') ?? '');
        case 'response.content_part.done':
          return end(index, event.part);
        default:
          return [];
      }
    },
    end: (done) => {
      const told = arrayMember(done, 'content').flatMap((content, index) => end(index, content));
      return [...told, ...[...open.values()].flatMap((part) => part.end())];
    },
  };
}

function wordsOf(content: unknown): { readonly kind: 'text' | 'refusal'; readonly text: string } {
  return stringMember(content, 'type') === 'refusal'
    ? { kind: 'refusal', text: stringMember(content, 'refusal') ?? '' }
    : { kind: 'text', text: stringMember(content, 'text') ?? '' };
}

function citationsOf(content: unknown): readonly Citation[] {
  return arrayMember(content, 'annotations')
    .filter(isJsonObject)
    .map((annotation) => ({
      native: { dialect: 'openai-responses', value: annotation, ifForeign: 'ignore' },
      ...defined({
        url: stringMember(annotation, 'url'),
        title: stringMember(annotation, 'title') ?? stringMember(annotation, 'filename'),
        begin: numberMember(annotation, 'start_index'),
        end: numberMember(annotation, 'end_index'),
      }),
    }));
}
