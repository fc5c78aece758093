import { defined } from '../../model/defined.ts';
import type { Citation } from '../../model/part.ts';
import { arrayMember, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';

/** Where the citing text stands in the whole text of the answer, in UTF-16 units: from `begin` up to but without `end`. */
export interface CitingSpan {
  readonly begin: number;
  readonly end: number;
}

/** A text block's citations. Those of documents have no address. A page without a title is called by the words that are quoted from it. */
export function citationsOf(citations: readonly JsonObject[], span: CitingSpan): readonly Citation[] {
  return citations.map((citation) => {
    const url = stringMember(objectMember(objectMember(citation, 'location'), 'web'), 'url');
    const quoted = quotedWords(citation);
    const title = stringMember(citation, 'title') ?? (url === undefined ? undefined : quoted);
    return {
      ...span,
      ...defined({ url, title, quoted }),
      native: { dialect: 'bedrock-converse', value: citation, ifForeign: 'drop' },
    };
  });
}

function quotedWords(citation: JsonObject): string | undefined {
  const words = arrayMember(citation, 'sourceContent').map((source) => stringMember(source, 'text') ?? '');
  return words.length === 0 ? undefined : words.join(' ');
}
