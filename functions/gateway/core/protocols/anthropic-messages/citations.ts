import type { ChatDelta } from '../../model/chat-delta.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';

/** Where the citing text stands in the message's content, in UTF-16 units: from `begin` up to but without `end`. */
export interface TextRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * A text block's citations: those of pages with an address as OpenAI's `annotations`, and those of documents, for which OpenAI has no
 * shape, unchanged as `citations`.
 */
export function citationDeltas(citations: readonly unknown[], range: TextRange): readonly ChatDelta[] {
  const annotations = citations.flatMap((citation) => annotationOf(citation, range));
  const others = citations.filter((citation) => annotationOf(citation, range).length === 0);
  const fields = {
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(others.length === 0 ? {} : { citations: others }),
  };
  return citations.length === 0 ? [] : [{ type: 'extension-delta', choice: 0, fields }];
}

/** A search result's `source` is whatever its maker gave: an address only where it looks like one. */
function annotationOf(citation: unknown, range: TextRange): readonly JsonObject[] {
  const url = stringMember(citation, 'url') ?? stringMember(citation, 'source') ?? '';
  if (!/^https?:\/\//i.test(url)) {
    return [];
  }
  const title = stringMember(citation, 'title') ?? url;
  return [{ type: 'url_citation', url_citation: { url, title, start_index: range.begin, end_index: range.end } }];
}
