import type { AnswerEvent, BegunPart } from '../../model/answer-event.ts';
import { defined } from '../../model/defined.ts';
import type { Citation } from '../../model/part.ts';
import { arrayMember, isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';
import { STRUCTURED_ANSWER_TOOL } from '../structured-answer.ts';

/** Where a block begins: under the vendor's index. */
interface Place {
  readonly blocks: ContentBlocks;
  readonly index: number;
  /** Makes an id for a call without one. */
  readonly answerId: string;
}

/** The part that a block becomes, with what the block begins with. Block types: Anthropic API reference, "Streaming Messages". */
export function beginBlock(place: Place, block: JsonObject): readonly AnswerEvent[] {
  switch (block.type) {
    case 'text':
      return beginText(place, block);
    case 'tool_use':
      return block.name === STRUCTURED_ANSWER_TOOL ? beginAnswer(place, block) : beginTool(place, block);
    case 'thinking':
      return beginThinking(place, block);
    case 'redacted_thinking':
      return [begin(place, { kind: 'reasoning' }, { kind: 'redacted', part: place.blocks.parts, block })];
    default:
      return [beginOpaque(place, block)];
  }
}

function begin({ blocks, index }: Place, begins: BegunPart, open: OpenBlock): AnswerEvent {
  blocks.parts += 1;
  blocks.hasBegun = true;
  blocks.open.set(index, open);
  return { type: 'part-start', choice: 0, part: open.part, begins };
}

function beginText(place: Place, block: JsonObject): readonly AnswerEvent[] {
  const { parts: part, textLength } = place.blocks;
  const citations = [...arrayMember(block, 'citations')];
  const started = begin(place, { kind: 'text' }, { kind: 'text', part, begin: textLength, citations });
  return [started, ...textDelta(place.blocks, part, stringMember(block, 'text'))];
}

function beginAnswer(place: Place, block: JsonObject): readonly AnswerEvent[] {
  const part = place.blocks.parts;
  const { input, whole } = beginningOf(block);
  const started = begin(place, { kind: 'text' }, { kind: 'answer', part, input });
  return [started, ...textDelta(place.blocks, part, whole)];
}

function beginTool(place: Place, block: JsonObject): readonly AnswerEvent[] {
  const { blocks, answerId } = place;
  const part = blocks.parts;
  const { type: _, id, name, input: __, ...others } = block;
  const begins: BegunPart = {
    kind: 'tool-call',
    id: typeof id === 'string' && id !== '' ? id : `toolu_${answerId}_${blocks.toolCalls}`,
    name: typeof name === 'string' ? name : '',
    ...(Object.keys(others).length > 0 && {
      native: { dialect: 'anthropic-messages', value: others, ifForeign: 'ignore' },
    }),
  };
  blocks.toolCalls += 1;
  const { input, whole } = beginningOf(block);
  const started = begin(place, begins, { kind: 'tool', part, input });
  return whole === undefined ? [started] : [started, { type: 'part-delta', choice: 0, part, text: whole }];
}

/** A streamed block begins with `{}` whatever follows; only a block of a whole body, or of another server, begins with its input. */
function beginningOf({ input }: JsonObject): { readonly input: ToolInput; readonly whole?: string } {
  return isJsonObject(input) && Object.keys(input).length > 0
    ? { input: 'whole', whole: JSON.stringify(input) }
    : { input: 'none' };
}

function beginThinking(place: Place, block: JsonObject): readonly AnswerEvent[] {
  const part = place.blocks.parts;
  const text = stringMember(block, 'thinking') ?? '';
  const signature = stringMember(block, 'signature') ?? '';
  const open: OpenBlock = { kind: 'thinking', part, block, texts: [text], signatures: [signature] };
  const started = begin(place, { kind: 'reasoning' }, open);
  return text === '' ? [started] : [started, { type: 'part-delta', choice: 0, part, text }];
}

function beginOpaque(place: Place, block: JsonObject): AnswerEvent {
  const begins: BegunPart = {
    kind: 'opaque',
    what: stringMember(block, 'type') ?? '',
    native: { dialect: 'anthropic-messages', value: block, ifForeign: 'drop' },
  };
  const { input } = beginningOf(block);
  return begin(place, begins, { kind: 'opaque', part: place.blocks.parts, block, deltas: [], input });
}

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

/** A piece of the answer's text. */
export function textDelta(blocks: ContentBlocks, part: number, text: string | undefined): readonly AnswerEvent[] {
  if (text === undefined || text === '') {
    return [];
  }
  blocks.textLength += text.length;
  return [{ type: 'part-delta', choice: 0, part, text }];
}

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
