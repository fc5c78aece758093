import type { AnswerEvent, BegunPart } from '../../model/answer-event.ts';
import { type JsonObject, numberMember, objectMember, stringMember } from '../../wire/json.ts';
import type { ChunkWords } from '../repeated-chunks.ts';
import { STRUCTURED_ANSWER_TOOL } from '../structured-answer.ts';
import { endingOfPart, type OpenPart } from './bedrock-open-part.ts';

/** The content blocks of one answer while they are streamed. Each method reads the payload of the event it is named for. */
export interface AnswerBlocks {
  readonly start: (payload: JsonObject) => readonly AnswerEvent[];
  readonly delta: (payload: JsonObject) => readonly AnswerEvent[];
  /** Where the words of a delta are, by which a block has grown. */
  readonly words: (payload: JsonObject) => ChunkWords | undefined;
  readonly stop: (payload: JsonObject) => readonly AnswerEvent[];
  /** The message ended: ends the blocks that were never stopped. `isCutOff`: nothing is added to what has no end. */
  readonly stopAll: (isCutOff: boolean) => readonly AnswerEvent[];
  /** Tool calls begun so far. */
  readonly calls: () => number;
}

/**
 * Only a tool's block is announced by a start event: text and reasoning begin with their first delta, and an empty text block may
 * stand before the first real one (gpt-oss). Blocks of unknown kinds, and the tools that Bedrock itself runs, give nothing.
 */
export function answerBlocks(): AnswerBlocks {
  const blocks: Blocks = { open: new Map(), alone: undefined, parts: 0, calls: 0, textLength: 0 };
  return {
    start: (payload) => startBlock(blocks, payload),
    delta: (payload) => growBlock(blocks, indexOf(payload), objectMember(payload, 'delta') ?? {}),
    words: (payload) => wordsOf(blocks, blocks.open.get(indexOf(payload)), objectMember(payload, 'delta')),
    stop: (payload) => stopBlock(blocks, indexOf(payload)),
    stopAll: (isCutOff) => {
      const stop = isCutOff ? cutBlock : stopBlock;
      return [...blocks.open.keys()].flatMap((index) => stop(blocks, index));
    },
    calls: () => blocks.calls,
  };
}

interface Blocks {
  /** By Bedrock's index. */
  readonly open: Map<number, OpenPart>;
  /** The index of the part beside which no other may begin: of all but calls. */
  alone: number | undefined;
  /** Parts begun. */
  parts: number;
  calls: number;
  /** Of all text so far, in UTF-16 units. */
  textLength: number;
}

function indexOf(payload: JsonObject): number {
  return numberMember(payload, 'contentBlockIndex') ?? 0;
}

function startBlock(blocks: Blocks, payload: JsonObject): readonly AnswerEvent[] {
  const toolUse = objectMember(objectMember(payload, 'start'), 'toolUse');
  const name = stringMember(toolUse, 'name');
  if (name === undefined || stringMember(toolUse, 'type') === 'server_tool_use') {
    return [];
  }
  const index = indexOf(payload);
  if (name === STRUCTURED_ANSWER_TOOL) {
    return begin(blocks, index, { kind: 'text' }, { kind: 'answer', part: blocks.parts, isEmpty: true });
  }
  const id = stringMember(toolUse, 'toolUseId') || `tooluse_${blocks.calls}`;
  blocks.calls += 1;
  return begin(blocks, index, { kind: 'tool-call', id, name }, { kind: 'call', part: blocks.parts, isEmpty: true });
}

/** Begins a part under the block's index. Blocks come one after another; only a call may stay open beside the next. */
function begin(blocks: Blocks, index: number, begins: BegunPart, open: OpenPart): readonly AnswerEvent[] {
  const ended = [...(blocks.alone === undefined ? [] : stopBlock(blocks, blocks.alone)), ...stopBlock(blocks, index)];
  blocks.alone = open.kind === 'call' ? undefined : index;
  blocks.parts += 1;
  blocks.open.set(index, open);
  return [...ended, { type: 'part-start', choice: 0, part: open.part, begins }];
}

function growBlock(blocks: Blocks, index: number, delta: JsonObject): readonly AnswerEvent[] {
  const text = stringMember(delta, 'text') ?? '';
  if (text !== '') {
    return growText(blocks, index, text);
  }
  const reasoning = objectMember(delta, 'reasoningContent');
  if (reasoning !== undefined) {
    return [...growThinking(blocks, index, reasoning), ...growRedacted(blocks, index, reasoning)];
  }
  const citation = objectMember(delta, 'citation');
  return citation === undefined
    ? growInput(blocks, index, stringMember(objectMember(delta, 'toolUse'), 'input') ?? '')
    : growCitations(blocks, index, citation);
}

function wordsOf(blocks: Blocks, open: OpenPart | undefined, delta: JsonObject | undefined): ChunkWords | undefined {
  if (open === undefined || delta === undefined) {
    return undefined;
  }
  return { member: 'toolUse' in delta ? 'input' : 'text', again: (text) => noteWords(blocks, open, text) };
}

function noteWords(blocks: Blocks, open: OpenPart, text: string): void {
  if (open.kind === 'thinking') {
    open.texts.push(text);
  } else if (open.kind === 'text' || open.kind === 'answer') {
    blocks.textLength += text.length;
  }
}

function growText(blocks: Blocks, index: number, text: string): readonly AnswerEvent[] {
  const { open, events } = textPart(blocks, index);
  return [...events, textDelta(blocks, open.part, text)];
}

function growCitations(blocks: Blocks, index: number, citation: JsonObject): readonly AnswerEvent[] {
  const { open, events } = textPart(blocks, index);
  open.citations.push(citation);
  return events;
}

interface Grown<Kind extends OpenPart['kind']> {
  readonly open: Extract<OpenPart, { kind: Kind }>;
  /** The part's beginning, where it had none. */
  readonly events: readonly AnswerEvent[];
}

function textPart(blocks: Blocks, index: number): Grown<'text'> {
  const known = blocks.open.get(index);
  if (known?.kind === 'text') {
    return { open: known, events: [] };
  }
  const open: Grown<'text'>['open'] = { kind: 'text', part: blocks.parts, begin: blocks.textLength, citations: [] };
  return { open, events: begin(blocks, index, { kind: 'text' }, open) };
}

function textDelta(blocks: Blocks, part: number, text: string): AnswerEvent {
  blocks.textLength += text.length;
  return { type: 'part-delta', choice: 0, part, text };
}

/** The signature is held until the block stops: half of it is of no use. */
function growThinking(blocks: Blocks, index: number, reasoning: JsonObject): readonly AnswerEvent[] {
  const text = stringMember(reasoning, 'text') ?? '';
  const signature = stringMember(reasoning, 'signature') ?? '';
  if (text === '' && signature === '') {
    return [];
  }
  const { open, events } = thinkingPart(blocks, index);
  open.texts.push(text);
  open.signatures.push(signature);
  return text === '' ? events : [...events, { type: 'part-delta', choice: 0, part: open.part, text }];
}

function thinkingPart(blocks: Blocks, index: number): Grown<'thinking'> {
  const known = blocks.open.get(index);
  if (known?.kind === 'thinking') {
    return { open: known, events: [] };
  }
  const open: Grown<'thinking'>['open'] = { kind: 'thinking', part: blocks.parts, texts: [], signatures: [] };
  return { open, events: begin(blocks, index, { kind: 'reasoning' }, open) };
}

/** Reasoning that nobody may read is a part without deltas. */
function growRedacted(blocks: Blocks, index: number, reasoning: JsonObject): readonly AnswerEvent[] {
  const piece = stringMember(reasoning, 'redactedContent') ?? '';
  const known = blocks.open.get(index);
  if (piece === '') {
    return [];
  }
  if (known?.kind === 'redacted') {
    known.pieces.push(piece);
    return [];
  }
  return begin(blocks, index, { kind: 'reasoning' }, { kind: 'redacted', part: blocks.parts, pieces: [piece] });
}

function growInput(blocks: Blocks, index: number, text: string): readonly AnswerEvent[] {
  const open = blocks.open.get(index);
  if (text === '' || open === undefined || !('isEmpty' in open)) {
    return [];
  }
  open.isEmpty = false;
  return [inputDelta(blocks, open, text)];
}

function inputDelta(blocks: Blocks, { kind, part }: OpenPart, text: string): AnswerEvent {
  return kind === 'answer' ? textDelta(blocks, part, text) : { type: 'part-delta', choice: 0, part, text };
}

/** Ends a part; a tool that was called without an input gets its `{}`. */
function stopBlock(blocks: Blocks, index: number): readonly AnswerEvent[] {
  const open = blocks.open.get(index);
  const lacksInput = open !== undefined && 'isEmpty' in open && open.isEmpty;
  return lacksInput ? [inputDelta(blocks, open, '{}'), ...cutBlock(blocks, index)] : cutBlock(blocks, index);
}

/** Ends a part as it is. */
function cutBlock(blocks: Blocks, index: number): readonly AnswerEvent[] {
  const open = blocks.open.get(index);
  blocks.open.delete(index);
  return open === undefined
    ? []
    : [{ type: 'part-end', choice: 0, part: open.part, ...endingOfPart(open, blocks.textLength) }];
}
