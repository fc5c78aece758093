import { defined } from '../../model/defined.ts';
import type { Citation } from '../../model/part.ts';
import { isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';

/** Where the citing text stands in the whole text of the answer, in UTF-16 units: from `begin` up to but without `end`. */
export interface TextRange {
  readonly begin: number;
  readonly end: number;
}

/** A text block's citations. Those of documents have no address. */
export function citationsOf(citations: readonly unknown[], range: TextRange): readonly Citation[] {
  return citations.filter(isJsonObject).map((citation) => citationOf(citation, range));
}

function citationOf(citation: JsonObject, range: TextRange): Citation {
  return {
    ...range,
    ...defined({
      url: addressOf(citation),
      title: stringMember(citation, 'title') ?? stringMember(citation, 'document_title'),
      quoted: stringMember(citation, 'cited_text'),
    }),
    native: { dialect: 'anthropic-messages', value: citation, ifForeign: 'drop' },
  };
}

/** A search result's `source` is whatever its maker gave: an address only where it looks like one. */
function addressOf(citation: JsonObject): string | undefined {
  const url = stringMember(citation, 'url') ?? stringMember(citation, 'source');
  return url !== undefined && /^https?:\/\//i.test(url) ? url : undefined;
}
