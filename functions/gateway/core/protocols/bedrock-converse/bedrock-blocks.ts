import type { ChatDelta } from '../../model/chat-delta.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  numberMember,
  objectMember,
  stringMember,
} from '../../wire/json.ts';
import { STRUCTURED_ANSWER_TOOL } from '../anthropic-messages/structured-answer.ts';
import { citationFields } from './bedrock-citations.ts';
import { redactedBlock, signedBlock } from './bedrock-thinking-blocks.ts';

/** The content blocks of one answer while they are streamed. Each method reads the payload of the event it is named for. */
export interface AnswerBlocks {
  readonly start: (payload: JsonObject) => readonly ChatDelta[];
  readonly delta: (payload: JsonObject) => readonly ChatDelta[];
  readonly stop: (payload: JsonObject) => readonly ChatDelta[];
  /** The message ended: what the blocks that were never stopped held back. */
  readonly stopAll: () => readonly ChatDelta[];
  /** Tool calls begun so far. */
  readonly calls: () => number;
}

/**
 * Only a tool's block is announced by a start event: text and reasoning begin with their first delta, and an empty text block may
 * stand before the first real one (gpt-oss). Blocks of unknown kinds, and the tools that Bedrock itself runs, give nothing.
 */
export function answerBlocks(): AnswerBlocks {
  const blocks = new Map<number, Block>();
  const answer: Answer = { calls: 0, textLength: 0 };

  function blockOf(payload: JsonObject): Block {
    const index = numberMember(payload, 'contentBlockIndex') ?? 0;
    const block = blocks.get(index) ?? emptyBlock(answer.textLength);
    blocks.set(index, block);
    return block;
  }

  function stop(payload: JsonObject): readonly ChatDelta[] {
    const index = numberMember(payload, 'contentBlockIndex') ?? 0;
    const block = blocks.get(index);
    blocks.delete(index);
    return block === undefined ? [] : stopBlock(block, answer);
  }

  return {
    start: (payload) => startBlock(blockOf(payload), payload, answer),
    delta: (payload) => deltaOf(blockOf(payload), payload, answer),
    stop,
    stopAll: () => [...blocks.keys()].flatMap((index) => stop({ contentBlockIndex: index })),
    calls: () => answer.calls,
  };
}

interface Answer {
  calls: number;
  /** Of all text so far, in UTF-16 units. */
  textLength: number;
}

interface Block {
  /** Absent where the block is no call of the caller's tools. */
  tool: ToolBlock | undefined;
  /** The text length of the answer when the block began. */
  readonly textStart: number;
  readonly citations: JsonObject[];
  readonly thinking: string[];
  readonly signature: string[];
  readonly redacted: string[];
}

type ToolBlock =
  | { readonly kind: 'call'; readonly call: number; isEmpty: boolean }
  /** The forced tool that stands for a JSON schema: its arguments are the answer's text. */
  | { readonly kind: 'structured-answer'; isEmpty: boolean };

function emptyBlock(textStart: number): Block {
  return { tool: undefined, textStart, citations: [], thinking: [], signature: [], redacted: [] };
}

function startBlock(block: Block, payload: JsonObject, answer: Answer): readonly ChatDelta[] {
  const toolUse = objectMember(objectMember(payload, 'start'), 'toolUse');
  const name = stringMember(toolUse, 'name');
  if (name === undefined || stringMember(toolUse, 'type') === 'server_tool_use') {
    return [];
  }
  if (name === STRUCTURED_ANSWER_TOOL) {
    block.tool = { kind: 'structured-answer', isEmpty: true };
    return [];
  }
  const call = answer.calls;
  answer.calls += 1;
  block.tool = { kind: 'call', call, isEmpty: true };
  const id = stringMember(toolUse, 'toolUseId') || `tooluse_${call}`;
  return [{ type: 'tool-call-start', choice: 0, call, id, name }];
}

function deltaOf(block: Block, payload: JsonObject, answer: Answer): readonly ChatDelta[] {
  const delta = objectMember(payload, 'delta');
  const citation = objectMember(delta, 'citation');
  if (citation !== undefined) {
    block.citations.push(citation);
  }
  return [
    ...textDelta(stringMember(delta, 'text'), answer),
    ...toolDelta(block, stringMember(objectMember(delta, 'toolUse'), 'input'), answer),
    ...reasoningDelta(block, objectMember(delta, 'reasoningContent')),
  ];
}

function textDelta(text: string | undefined, answer: Answer): readonly ChatDelta[] {
  if (text === undefined || text === '') {
    return [];
  }
  answer.textLength += text.length;
  return [{ type: 'text-delta', choice: 0, text }];
}

function toolDelta({ tool }: Block, input: string | undefined, answer: Answer): readonly ChatDelta[] {
  if (tool === undefined || input === undefined || input === '') {
    return [];
  }
  tool.isEmpty = false;
  return tool.kind === 'call'
    ? [{ type: 'tool-call-delta', choice: 0, call: tool.call, text: input }]
    : textDelta(input, answer);
}

/** The signature and what is redacted are held until the block stops: half of either is of no use. */
function reasoningDelta(block: Block, content: JsonObject | undefined): readonly ChatDelta[] {
  if (content === undefined) {
    return [];
  }
  const text = stringMember(content, 'text') ?? '';
  block.thinking.push(text);
  block.signature.push(stringMember(content, 'signature') ?? '');
  block.redacted.push(stringMember(content, 'redactedContent') ?? '');
  return text === '' ? [] : [{ type: 'reasoning-delta', choice: 0, text }];
}

function stopBlock(block: Block, answer: Answer): readonly ChatDelta[] {
  const emptyTool = block.tool?.isEmpty === true ? toolDelta(block, '{}', answer) : [];
  const thinking = [signedBlock(block.thinking, block.signature), redactedBlock(block.redacted)].filter(isJsonObject);
  const fields: JsonObject = {
    ...(thinking.length === 0 ? {} : { thinking_blocks: thinking }),
    ...citationFields(block.citations, { start: block.textStart, end: answer.textLength }),
  };
  const extension: readonly ChatDelta[] =
    Object.keys(fields).length === 0 ? [] : [{ type: 'extension-delta', choice: 0, fields }];
  return [...emptyTool, ...extension];
}

/** A block of a whole body as the payloads that would have streamed it. */
export function streamedBlock(block: unknown, contentBlockIndex: number): StreamedBlock {
  const toolUse = objectMember(block, 'toolUse');
  if (toolUse !== undefined) {
    const input = JSON.stringify(toolUse.input ?? {});
    return {
      start: { contentBlockIndex, start: { toolUse } },
      deltas: [{ contentBlockIndex, delta: { toolUse: { input } } }],
    };
  }
  return { deltas: deltasOf(block).map((delta) => ({ contentBlockIndex, delta })) };
}

export interface StreamedBlock {
  readonly start?: JsonObject;
  readonly deltas: readonly JsonObject[];
}

function deltasOf(block: unknown): readonly JsonObject[] {
  const reasoning = objectMember(block, 'reasoningContent');
  const cited = objectMember(block, 'citationsContent');
  if (reasoning !== undefined) {
    const whole: JsonObject = { ...objectMember(reasoning, 'reasoningText'), ...reasoning };
    return [{ reasoningContent: whole }];
  }
  if (cited !== undefined) {
    const citations = arrayMember(cited, 'citations').map((citation) => ({ citation }));
    return [...arrayMember(cited, 'content').filter(isJsonObject), ...citations];
  }
  return isJsonObject(block) ? [block] : [];
}
