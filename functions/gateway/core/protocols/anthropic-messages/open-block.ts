import type { AnswerEvent } from '../../model/answer-event.ts';
import type { JsonObject } from '../../wire/json.ts';

/** The content blocks of one answer as they begin, grow and end, each under the vendor's index. */
export interface ContentBlocks {
  readonly open: Map<number, OpenBlock>;
  hasBegun: boolean;
  /** Parts begun. */
  parts: number;
  /** Tool calls begun, without the one that carries a structured answer. */
  toolCalls: number;
  /** UTF-16 units of text given out. */
  textLength: number;
}

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

/** `whole`: the block began with all of it, and what may follow repeats it. */
export type ToolInput = 'none' | 'fragments' | 'whole';

/** The state before the first block. */
export function contentBlocks(): ContentBlocks {
  return { open: new Map(), hasBegun: false, parts: 0, toolCalls: 0, textLength: 0 };
}

/** A piece of the answer's text. */
export function textDelta(blocks: ContentBlocks, part: number, text: string | undefined): readonly AnswerEvent[] {
  if (text === undefined || text === '') {
    return [];
  }
  blocks.textLength += text.length;
  return [{ type: 'part-delta', choice: 0, part, text }];
}
