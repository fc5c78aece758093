import type { AnswerEvent } from '../../model/answer-event.ts';
import { arrayMember, type JsonObject, stringMember } from '../../wire/json.ts';
import type { ItemReader, OpenPart, PartNumbers } from './part-numbers.ts';

/** Reads a reasoning item: its summary, or the reasoning itself where a server shows it. It begins with its first words, which tell. */
export function reasoningReader(item: JsonObject, parts: PartNumbers): ItemReader {
  let part: OpenPart | undefined;

  function grow(member: 'summary' | 'content', text: string): readonly AnswerEvent[] {
    const known = part;
    part ??= parts.begin({
      kind: 'reasoning',
      native: { dialect: 'openai-responses', value: { id: item.id, [member]: [] }, ifForeign: 'ignore' },
    });
    return [...(known === undefined ? [part.start] : []), ...part.grow(text)];
  }

  return {
    begin: () => [],
    read: (type, event) => {
      switch (type) {
        case 'response.reasoning_summary_part.added':
          return part?.hasText() === true ? grow('summary', '\n\n') : [];
        case 'response.reasoning_summary_text.delta':
          return grow('summary', stringMember(event, 'delta') ?? '');
        case 'response.reasoning_text.delta':
          return grow('content', stringMember(event, 'delta') ?? '');
        default:
          return [];
      }
    },
    end: (done) => {
      const member = arrayMember(done, 'summary').length === 0 && arrayMember(done, 'content').length > 0;
      const told = part?.hasText() === true ? '' : textOf(done);
      const begun = grow(member ? 'content' : 'summary', told);
      const proof = { dialect: 'openai-responses', value: done, ifForeign: 'ignore' } as const;
      return [...begun, ...(part?.end({ proof }) ?? [])];
    },
  };
}

function textOf(item: JsonObject): string {
  const shown = [...arrayMember(item, 'summary'), ...arrayMember(item, 'content')];
  return shown.flatMap((piece) => stringMember(piece, 'text') ?? []).join('\n\n');
}
