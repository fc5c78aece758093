import type { AnswerEvent } from '../../model/answer-event.ts';
import { defined } from '../../model/defined.ts';
import type { Citation } from '../../model/part.ts';
import { isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';

/** `whole`: the block began with all of it, and what may follow repeats it. */
export type ToolInput = 'none' | 'fragments' | 'whole';

/** A block from its start to its stop. Fragments are kept only of what is given out whole. */
export type OpenBlock = { readonly part: number } & (
  | { readonly kind: 'text'; readonly begin: number; readonly citations: unknown[] }
  /** `answer`: its input is the answer's text. */
  | { readonly kind: 'tool' | 'answer'; input: ToolInput }
  | { readonly kind: 'thinking'; readonly block: JsonObject; readonly texts: string[]; readonly signatures: string[] }
  | { readonly kind: 'redacted'; readonly block: JsonObject }
  /** Of the vendor's own tools, of compaction, or not known. `deltas`: what came of it in other ways than as its input. */
  | { readonly kind: 'opaque'; readonly block: JsonObject; readonly deltas: JsonObject[]; input: ToolInput }
);

/** More of a block of thoughts, or its signature. */
export function growThinking(block: OpenBlock, delta: JsonObject): readonly AnswerEvent[] {
  if (block.kind !== 'thinking') {
    return [];
  }
  if (delta.type === 'signature_delta') {
    block.signatures.push(stringMember(delta, 'signature') ?? '');
    return [];
  }
  const text = stringMember(delta, 'thinking') ?? '';
  block.texts.push(text);
  return text === '' ? [] : [{ type: 'part-delta', choice: 0, part: block.part, text }];
}

/** A source of a block of text. */
export function growCitations(block: OpenBlock, delta: JsonObject): readonly AnswerEvent[] {
  if (block.kind === 'text') {
    block.citations.push(delta.citation);
  }
  return [];
}

/** A delta of an unknown type is given out as it comes, for callers of this dialect; an opaque block's end tells it too. */
export function growOpaque(block: OpenBlock, delta: JsonObject): readonly AnswerEvent[] {
  if (block.kind === 'opaque') {
    block.deltas.push(delta);
  }
  return [{ type: 'native', choice: 0, native: { dialect: 'anthropic-messages', value: delta, ifForeign: 'ignore' } }];
}

/** The block with what its deltas bring: texts go on, other members are replaced. */
export function grownBy(block: JsonObject, deltas: readonly JsonObject[]): JsonObject {
  const grown = new Map(Object.entries(block));
  for (const { type: _, ...members } of deltas) {
    for (const [name, value] of Object.entries(members)) {
      const before = grown.get(name);
      grown.set(name, typeof before === 'string' && typeof value === 'string' ? before + value : value);
    }
  }
  return Object.fromEntries(grown);
}

/** Where the citing text stands in the whole text of the answer, in UTF-16 units: from `begin` up to but without `end`. */
interface TextRange {
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
