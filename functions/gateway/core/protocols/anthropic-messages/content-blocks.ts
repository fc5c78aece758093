import type { ChatDelta } from '../../model/chat-delta.ts';
import { arrayMember, isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';
import { citationDeltas } from './citations.ts';
import { STRUCTURED_ANSWER_TOOL } from './structured-answer.ts';

/** The content blocks of one answer as they begin, grow and end, each under the vendor's index. */
export interface ContentBlocks {
  readonly open: Map<number, OpenBlock>;
  hasBegun: boolean;
  /** Tool calls begun, without the one that carries a structured answer. */
  toolCalls: number;
  /** UTF-16 units of text given out. */
  textLength: number;
}

export function contentBlocks(): ContentBlocks {
  return { open: new Map(), hasBegun: false, toolCalls: 0, textLength: 0 };
}

/** A block from its start to its stop. Fragments are kept only of what is given out whole. */
type OpenBlock =
  | { readonly kind: 'text'; readonly begin: number; readonly citations: unknown[] }
  | { readonly kind: 'tool'; readonly call: number; input: ToolInput }
  /** Its input is the answer's text. */
  | { readonly kind: 'answer'; input: ToolInput }
  | { readonly kind: 'thinking'; readonly texts: string[]; readonly signatures: string[] }
  /** Of the vendor's own tools, of compaction, or not known. */
  | { readonly kind: 'ignored' };

/** `whole`: the block began with all of it, and what may follow repeats it. */
type ToolInput = 'none' | 'fragments' | 'whole';

/** Reads `content_block_start`. `answerId` makes an id for a call without one. Block types: Anthropic API reference, "Streaming Messages". */
export function startBlock(
  blocks: ContentBlocks,
  index: number,
  block: JsonObject,
  answerId: string,
): readonly ChatDelta[] {
  blocks.hasBegun = true;
  switch (block.type) {
    case 'text':
      blocks.open.set(index, {
        kind: 'text',
        begin: blocks.textLength,
        citations: [...arrayMember(block, 'citations')],
      });
      return textDelta(blocks, stringMember(block, 'text'));
    case 'tool_use':
      return block.name === STRUCTURED_ANSWER_TOOL
        ? startAnswer(blocks, index, block)
        : startTool(blocks, index, block, answerId);
    case 'thinking':
      return startThinking(blocks, index, block);
    case 'redacted_thinking':
      blocks.open.set(index, { kind: 'ignored' });
      return thinkingBlocks({ type: 'redacted_thinking', data: block.data });
    default:
      blocks.open.set(index, { kind: 'ignored' });
      return [];
  }
}

/** Reads the `delta` of a `content_block_delta`. Text under an index that never began is text all the same. */
export function growBlock(blocks: ContentBlocks, index: number, delta: JsonObject): readonly ChatDelta[] {
  const block = blocks.open.get(index) ?? { kind: 'text', begin: blocks.textLength, citations: [] };
  blocks.open.set(index, block);
  blocks.hasBegun = true;
  switch (block.kind) {
    case 'text':
      return growText(blocks, block.citations, delta);
    case 'tool':
    case 'answer':
      return growInput(blocks, block, stringMember(delta, 'partial_json'));
    case 'thinking':
      return growThinking(block, delta);
    case 'ignored':
      return [];
  }
}

/** Reads `content_block_stop`: gives out what is only known or only useful whole. */
export function stopBlock(blocks: ContentBlocks, index: number): readonly ChatDelta[] {
  const block = blocks.open.get(index);
  blocks.open.delete(index);
  switch (block?.kind) {
    case 'text':
      return citationDeltas(block.citations, { begin: block.begin, end: blocks.textLength });
    case 'tool':
    case 'answer':
      return block.input === 'none' ? inputDelta(blocks, block, '{}') : [];
    case 'thinking':
      return signedThinking(block);
    case 'ignored':
    case undefined:
      return [];
  }
}

/** Ends what the vendor did not, in an answer that it calls finished. */
export function stopAllBlocks(blocks: ContentBlocks): readonly ChatDelta[] {
  return [...blocks.open.keys()].flatMap((index) => stopBlock(blocks, index));
}

function startAnswer(blocks: ContentBlocks, index: number, block: JsonObject): readonly ChatDelta[] {
  const whole = wholeInput(block);
  blocks.open.set(index, { kind: 'answer', input: whole === undefined ? 'none' : 'whole' });
  return textDelta(blocks, whole);
}

function startTool(blocks: ContentBlocks, index: number, block: JsonObject, answerId: string): readonly ChatDelta[] {
  const call = blocks.toolCalls;
  blocks.toolCalls += 1;
  const whole = wholeInput(block);
  blocks.open.set(index, { kind: 'tool', call, input: whole === undefined ? 'none' : 'whole' });
  const id = stringMember(block, 'id') || `toolu_${answerId}_${call}`;
  const name = stringMember(block, 'name') ?? '';
  return [
    { type: 'tool-call-start', choice: 0, call, id, name },
    ...(whole === undefined ? [] : [{ type: 'tool-call-delta', choice: 0, call, text: whole } as const]),
  ];
}

/** A streamed block begins with `{}` whatever follows; only a block of a whole body, or of another server, begins with its input. */
function wholeInput(block: JsonObject): string | undefined {
  const { input } = block;
  return isJsonObject(input) && Object.keys(input).length > 0 ? JSON.stringify(input) : undefined;
}

function startThinking(blocks: ContentBlocks, index: number, block: JsonObject): readonly ChatDelta[] {
  const thinking = stringMember(block, 'thinking') ?? '';
  blocks.open.set(index, { kind: 'thinking', texts: [thinking], signatures: [stringMember(block, 'signature') ?? ''] });
  return reasoningDelta(thinking);
}

function growText(blocks: ContentBlocks, citations: unknown[], delta: JsonObject): readonly ChatDelta[] {
  if (delta.type === 'citations_delta') {
    citations.push(delta.citation);
  }
  return delta.type === 'text_delta' ? textDelta(blocks, stringMember(delta, 'text')) : [];
}

type InputBlock = Extract<OpenBlock, { input: ToolInput }>;

function growInput(blocks: ContentBlocks, block: InputBlock, text: string | undefined): readonly ChatDelta[] {
  if (text === undefined || text === '' || block.input === 'whole') {
    return [];
  }
  block.input = 'fragments';
  return inputDelta(blocks, block, text);
}

function inputDelta(blocks: ContentBlocks, block: InputBlock, text: string): readonly ChatDelta[] {
  return block.kind === 'tool'
    ? [{ type: 'tool-call-delta', choice: 0, call: block.call, text }]
    : textDelta(blocks, text);
}

function growThinking(block: Extract<OpenBlock, { kind: 'thinking' }>, delta: JsonObject): readonly ChatDelta[] {
  if (delta.type === 'signature_delta') {
    block.signatures.push(stringMember(delta, 'signature') ?? '');
  }
  if (delta.type !== 'thinking_delta') {
    return [];
  }
  const thinking = stringMember(delta, 'thinking') ?? '';
  block.texts.push(thinking);
  return reasoningDelta(thinking);
}

function textDelta(blocks: ContentBlocks, text: string | undefined): readonly ChatDelta[] {
  if (text === undefined || text === '') {
    return [];
  }
  blocks.textLength += text.length;
  return [{ type: 'text-delta', choice: 0, text }];
}

function reasoningDelta(text: string): readonly ChatDelta[] {
  return text === '' ? [] : [{ type: 'reasoning-delta', choice: 0, text }];
}

/** Without its signature a block cannot be sent back. */
function signedThinking(block: Extract<OpenBlock, { kind: 'thinking' }>): readonly ChatDelta[] {
  const signature = block.signatures.join('');
  return signature === '' ? [] : thinkingBlocks({ type: 'thinking', thinking: block.texts.join(''), signature });
}

/** What the caller sends back with the message, so that the model may go on reasoning after a tool's result. */
function thinkingBlocks(block: JsonObject): readonly ChatDelta[] {
  return [{ type: 'extension-delta', choice: 0, fields: { thinking_blocks: [block] } }];
}
