import type { AnswerEvent, BegunPart, PartEnd } from '../../model/answer-event.ts';
import { arrayMember, isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';
import { blockProof } from '../claude/claude-thinking.ts';
import type { ChunkWords } from '../repeated-chunks.ts';
import { STRUCTURED_ANSWER_TOOL } from '../structured-answer.ts';
import {
  citationsOf,
  growCitations,
  grownBy,
  growOpaque,
  growThinking,
  type OpenBlock,
  type ToolInput,
} from './grown-blocks.ts';

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

/** Reads `content_block_start`. `answerId` makes an id for a call without one. */
export function startBlock(
  blocks: ContentBlocks,
  index: number,
  block: JsonObject,
  answerId: string,
): readonly AnswerEvent[] {
  const ended = blocks.open.size === 0 ? [] : endOthers(blocks, index);
  const place = { blocks, index, answerId };
  const begun = block.type === 'text' ? beginText(place, block) : beginOther(place, block);
  return ended.length === 0 ? begun : [...ended, ...begun];
}

/** Blocks come one after another. Where the vendor forgot to end one, only a call may stay open beside the next. */
function endOthers(blocks: ContentBlocks, index: number): readonly AnswerEvent[] {
  const others = [...blocks.open].filter(([other, { kind }]) => kind !== 'tool' || other === index);
  return others.flatMap(([other]) => stopBlock(blocks, other));
}

/** Reads the `delta` of a `content_block_delta`. Text under an index that never began is text all the same. */
export function growBlock(blocks: ContentBlocks, index: number, delta: JsonObject): readonly AnswerEvent[] {
  const block = blocks.open.get(index);
  if (block === undefined) {
    const text = delta.type === 'text_delta' ? (stringMember(delta, 'text') ?? '') : '';
    return text === '' ? [] : startBlock(blocks, index, { type: 'text', text }, '');
  }
  switch (delta.type) {
    case 'text_delta':
      return block.kind === 'text' ? textDelta(blocks, block.part, stringMember(delta, 'text')) : [];
    case 'input_json_delta':
      return growInput(blocks, block, stringMember(delta, 'partial_json'));
    case 'thinking_delta':
    case 'signature_delta':
      return growThinking(block, delta);
    case 'citations_delta':
      return growCitations(block, delta);
    default:
      return growOpaque(block, delta);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  text_delta: 'text',
  input_json_delta: 'partial_json',
  thinking_delta: 'thinking',
};

/** Where the words of a `delta` are, by which a block has grown. */
export function blockWords(blocks: ContentBlocks, index: number, delta: unknown): ChunkWords | undefined {
  const block = blocks.open.get(index);
  const name = WORDS[stringMember(delta, 'type') ?? ''];
  if (name === undefined || block === undefined) {
    return undefined;
  }
  return {
    member: name,
    again: (text) => {
      if (block.kind === 'thinking') {
        block.texts.push(text);
      } else if (block.kind === 'text' || block.kind === 'answer') {
        blocks.textLength += text.length;
      }
    },
  };
}

function growInput(blocks: ContentBlocks, block: OpenBlock, text: string | undefined): readonly AnswerEvent[] {
  if (!('input' in block) || text === undefined || text === '' || block.input === 'whole') {
    return [];
  }
  block.input = 'fragments';
  return inputDelta(blocks, block, text);
}

function inputDelta(blocks: ContentBlocks, { kind, part }: OpenBlock, text: string): readonly AnswerEvent[] {
  return kind === 'answer' ? textDelta(blocks, part, text) : [{ type: 'part-delta', choice: 0, part, text }];
}

/**
 * Reads `content_block_stop`: gives out what is only known or only useful whole. `isCutOff`: the part ends as it is, and nothing is added to
 * what has no end.
 */
export function stopBlock(blocks: ContentBlocks, index: number, isCutOff = false): readonly AnswerEvent[] {
  const block = blocks.open.get(index);
  if (block === undefined) {
    return [];
  }
  blocks.open.delete(index);
  const isPlain = block.kind === 'text' && block.citations.length === 0;
  const end: PartEnd = {
    type: 'part-end',
    choice: 0,
    part: block.part,
    ...(isPlain ? undefined : endingOf(block, blocks.textLength)),
  };
  const lacksInput = !isCutOff && (block.kind === 'tool' || block.kind === 'answer') && block.input === 'none';
  return lacksInput ? [...inputDelta(blocks, block, '{}'), end] : [end];
}

/** Ends what the vendor did not. `isCutOff`: nothing is added to what has no end. */
export function stopAllBlocks(blocks: ContentBlocks, isCutOff: boolean): readonly AnswerEvent[] {
  return [...blocks.open.keys()].flatMap((index) => stopBlock(blocks, index, isCutOff));
}

function endingOf(block: OpenBlock, textLength: number): Pick<PartEnd, 'citations' | 'proof'> {
  switch (block.kind) {
    case 'text': {
      const { begin, citations } = block;
      const cited = citationsOf(citations, { begin, end: textLength });
      return cited.length === 0 ? {} : { citations: cited };
    }
    case 'thinking': {
      const signature = block.signatures.join('');
      // Without its signature a block cannot be sent back.
      return signature === ''
        ? {}
        : { proof: blockProof({ ...block.block, thinking: block.texts.join(''), signature }) };
    }
    case 'redacted':
      return { proof: blockProof(block.block) };
    case 'opaque':
      return block.deltas.length === 0 ? {} : { proof: blockProof(grownBy(block.block, block.deltas)) };
    case 'tool':
    case 'answer':
      return {};
  }
}

/** Where a block begins: under the vendor's index. */
interface Place {
  readonly blocks: ContentBlocks;
  readonly index: number;
  /** Makes an id for a call without one. */
  readonly answerId: string;
}

/** The part that a block becomes, with what the block begins with. Block types: Anthropic API reference, "Streaming Messages". */
function beginOther(place: Place, block: JsonObject): readonly AnswerEvent[] {
  switch (block.type) {
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
  const text = stringMember(block, 'text') ?? '';
  return text === '' ? [started] : [started, ...textDelta(place.blocks, part, text)];
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

/** A piece of the answer's text. */
function textDelta(blocks: ContentBlocks, part: number, text: string | undefined): readonly AnswerEvent[] {
  if (text === undefined || text === '') {
    return [];
  }
  blocks.textLength += text.length;
  return [{ type: 'part-delta', choice: 0, part, text }];
}
