import type { AnswerEvent, PartEnd } from '../../model/answer-event.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';
import { blockProof } from '../claude/claude-thinking.ts';
import type { ChunkWords } from '../repeated-chunks.ts';
import { beginBlock, type ContentBlocks, citationsOf, type OpenBlock, textDelta } from './begin-block.ts';

/** Reads `content_block_start`. `answerId` makes an id for a call without one. */
export function startBlock(
  blocks: ContentBlocks,
  index: number,
  block: JsonObject,
  answerId: string,
): readonly AnswerEvent[] {
  // Blocks come one after another. Where the vendor forgot to end one, only a call may stay open beside the next.
  const others = [...blocks.open].filter(([other, { kind }]) => kind !== 'tool' || other === index);
  const ended = others.flatMap(([other]) => stopBlock(blocks, other));
  const begun = beginBlock({ blocks, index, answerId }, block);
  return ended.length === 0 ? begun : [...ended, ...begun];
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
  return name === undefined || block === undefined
    ? undefined
    : { member: name, again: (text) => noteWords(blocks, block, text) };
}

function noteWords(blocks: ContentBlocks, block: OpenBlock, text: string): void {
  if (block.kind === 'thinking') {
    block.texts.push(text);
  } else if (block.kind === 'text' || block.kind === 'answer') {
    blocks.textLength += text.length;
  }
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

function growThinking(block: OpenBlock, delta: JsonObject): readonly AnswerEvent[] {
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

function growCitations(block: OpenBlock, delta: JsonObject): readonly AnswerEvent[] {
  if (block.kind === 'text') {
    block.citations.push(delta.citation);
  }
  return [];
}

/** A delta of an unknown type is given out as it comes, for callers of this dialect; an opaque block's end tells it too. */
function growOpaque(block: OpenBlock, delta: JsonObject): readonly AnswerEvent[] {
  if (block.kind === 'opaque') {
    block.deltas.push(delta);
  }
  return [{ type: 'native', choice: 0, native: { dialect: 'anthropic-messages', value: delta, ifForeign: 'ignore' } }];
}

/** Reads `content_block_stop`: gives out what is only known or only useful whole. */
export function stopBlock(blocks: ContentBlocks, index: number): readonly AnswerEvent[] {
  const block = blocks.open.get(index);
  const lacksInput = (block?.kind === 'tool' || block?.kind === 'answer') && block.input === 'none';
  return lacksInput ? [...inputDelta(blocks, block, '{}'), ...cutBlock(blocks, index)] : cutBlock(blocks, index);
}

/** Ends a part as it is. */
function cutBlock(blocks: ContentBlocks, index: number): readonly AnswerEvent[] {
  const block = blocks.open.get(index);
  blocks.open.delete(index);
  return block === undefined
    ? []
    : [{ type: 'part-end', choice: 0, part: block.part, ...endingOf(block, blocks.textLength) }];
}

/** Ends what the vendor did not. `isCutOff`: nothing is added to what has no end. */
export function stopAllBlocks(blocks: ContentBlocks, isCutOff: boolean): readonly AnswerEvent[] {
  const stop = isCutOff ? cutBlock : stopBlock;
  return [...blocks.open.keys()].flatMap((index) => stop(blocks, index));
}

function endingOf(block: OpenBlock, textLength: number): Pick<PartEnd, 'citations' | 'proof'> {
  switch (block.kind) {
    case 'text': {
      const { begin, citations } = block;
      const cited = citations.length === 0 ? [] : citationsOf(citations, { begin, end: textLength });
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

/** The block with what its deltas bring: texts go on, other members are replaced. */
function grownBy(block: JsonObject, deltas: readonly JsonObject[]): JsonObject {
  const grown = new Map(Object.entries(block));
  for (const { type: _, ...members } of deltas) {
    for (const [name, value] of Object.entries(members)) {
      const before = grown.get(name);
      grown.set(name, typeof before === 'string' && typeof value === 'string' ? before + value : value);
    }
  }
  return Object.fromEntries(grown);
}

/** The vendor's words for a refusal, which come with the end of the answer and in no block. */
export function refusalEvents(blocks: ContentBlocks, text: string): readonly AnswerEvent[] {
  const part = blocks.parts;
  blocks.parts += 1;
  return [
    { type: 'part-start', choice: 0, part, begins: { kind: 'refusal' } },
    { type: 'part-delta', choice: 0, part, text },
    { type: 'part-end', choice: 0, part },
  ];
}
