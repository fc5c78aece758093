import { nativeValue } from '../../model/dialect.ts';
import type { Part, ToolCallPart, ToolResultPart } from '../../model/part.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../wire/json.ts';
import type { ClaudeRules } from '../claude/claude-rules.ts';
import { replayedThinking } from '../claude/claude-thinking.ts';
import { type AssistantTurn, type ConversationTurn, EMPTY_CONTENT, type UserTurn } from '../conversation-turns.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { portableToolCallId } from '../tool-call-id.ts';
import { mediaBlocks } from './anthropic-media.ts';
import { type AnthropicMessage, cacheControl } from './cache-marks.ts';

/** Why an answer that has begun goes elsewhere. */
export const NO_PREFILL =
  'This model does not continue an assistant message: the last message must be from the user or a tool.';

/** The `messages` of a request. A conversation that ends with the assistant's words is refused where the model does not go on from them. */
export function anthropicMessages(
  turns: readonly ConversationTurn[],
  rules: ClaudeRules,
  notes: EncodingNotes,
): readonly AnthropicMessage[] {
  const messages = turns.map((turn) => messageOf(turn, rules, notes));
  const last = turns.at(-1);
  if (last?.role !== 'assistant') {
    return messages;
  }
  if (!rules.prefill) {
    notes.refuse(last.path, NO_PREFILL);
  }
  return messages.map((message, index) => (index === messages.length - 1 ? withoutTrailingSpace(message) : message));
}

function messageOf(turn: ConversationTurn, rules: ClaudeRules, notes: EncodingNotes): AnthropicMessage {
  switch (turn.role) {
    case 'system':
      return { role: 'system', content: systemBlocks(turn.parts, notes) };
    case 'user':
      return { role: 'user', content: userBlocks(turn, notes) };
    case 'assistant':
      return { role: 'assistant', content: assistantBlocks(turn, rules, notes) };
  }
}

function userBlocks(turn: UserTurn, notes: EncodingNotes): readonly JsonObject[] {
  const blocks = [
    ...turn.results.map((result) => resultBlock(result, notes)),
    ...turn.parts.flatMap((part) => partBlock(part, notes)),
  ];
  return blocks.length === 0 ? [{ type: 'text', text: EMPTY_CONTENT }] : blocks;
}

/** A mark on a part within a result becomes the result's: only blocks of the message itself are counted and limited. */
function resultBlock(result: ToolResultPart, notes: EncodingNotes): JsonObject {
  const blocks = result.parts.flatMap((part) => partBlock(part, notes));
  const mark = result.cache ?? result.parts.findLast(({ cache }) => cache !== undefined)?.cache;
  return {
    type: 'tool_result',
    tool_use_id: toolUseId(result.id),
    content: resultContent(blocks.map(({ cache_control: _, ...block }) => block)),
    ...(result.isError && { is_error: true }),
    ...cacheControl(mark),
  };
}

function resultContent(blocks: readonly JsonObject[]): string | readonly JsonObject[] {
  if (blocks.length === 0) {
    return EMPTY_CONTENT;
  }
  const [only] = blocks;
  return blocks.length === 1 && only?.type === 'text' && typeof only.text === 'string' ? only.text : blocks;
}

function assistantBlocks(turn: AssistantTurn, rules: ClaudeRules, notes: EncodingNotes): readonly JsonObject[] {
  const blocks = turn.parts.flatMap((part) => assistantPart(part, rules, notes));
  return blocks.length === 0 ? [{ type: 'text', text: EMPTY_CONTENT }] : blocks;
}

function assistantPart(part: Part, rules: ClaudeRules, notes: EncodingNotes): readonly JsonObject[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return [textBlock(part)];
    case 'reasoning': {
      const block = rules.thinking === 'none' ? undefined : replayedThinking(part);
      return block === undefined ? [] : [block];
    }
    case 'tool-call':
      return [toolUse(part, notes)];
    case 'opaque':
      return opaqueBlocks(part, notes);
    case 'media':
    case 'tool-result':
      return refused(part, notes);
  }
}

function toolUse(call: ToolCallPart, notes: EncodingNotes): JsonObject {
  const input = toolInput(call);
  if (input === undefined) {
    notes.refuse(call.inputPath, call.isCustom === true ? NO_CUSTOM_TOOLS : NO_OBJECT);
  }
  return {
    ...nativeValue(call.native, 'anthropic-messages'),
    type: 'tool_use',
    id: toolUseId(call.id),
    name: call.name,
    input,
    ...cacheControl(call.cache),
  };
}

const NO_OBJECT = 'The arguments of a tool call must be the JSON text of an object.';

const NO_CUSTOM_TOOLS = 'Anthropic has no custom tools, and cannot be told of a call of one.';

/** No arguments at all stand for an empty object: that is what OpenAI-shaped clients send back for a function without parameters. */
function toolInput({ input: text, isCustom }: ToolCallPart): JsonObject | undefined {
  if (isCustom === true) {
    return undefined;
  }
  const input = text.trim() === '' ? {} : parseJson(text);
  return isJsonObject(input) ? input : undefined;
}

function toolUseId(id: string): string {
  return portableToolCallId(id, 128);
}

/** The API answers 400 to a last assistant text that ends in white space. */
function withoutTrailingSpace(message: AnthropicMessage): AnthropicMessage {
  const last = message.content.at(-1);
  if (last?.type !== 'text' || typeof last.text !== 'string') {
    return message;
  }
  return { ...message, content: [...message.content.slice(0, -1), { ...last, text: last.text.trimEnd() }] };
}

/** A part of the user's or of a tool's words as content blocks; what Anthropic cannot take is refused. */
function partBlock(part: Part, notes: EncodingNotes): readonly JsonObject[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return [textBlock(part)];
    case 'media':
      return mediaBlocks(part, notes);
    case 'opaque':
      return opaqueBlocks(part, notes);
    case 'tool-call':
    case 'tool-result':
    case 'reasoning':
      notes.refuse(part.path, `Anthropic takes no part of type "${part.kind}" here.`);
      return [];
  }
}

/** Parts of a system prompt, which are text alone. */
export function systemBlocks(parts: readonly Part[], notes: EncodingNotes): readonly JsonObject[] {
  return parts.flatMap((part) => {
    switch (part.kind) {
      case 'text':
      case 'refusal':
        return [textBlock(part)];
      case 'opaque':
        return opaqueBlocks(part, notes);
      default:
        return refused(part, notes);
    }
  });
}

/** Refuses a part that may not stand where it stands. */
function refused(part: Part, notes: EncodingNotes): readonly JsonObject[] {
  const what = part.kind === 'media' ? part.media : part.kind;
  notes.refuse(part.path, `Anthropic takes parts of type "${what}" from the user and from tools only.`);
  return [];
}

/** A text as a block. */
function textBlock({ text, cache }: Extract<Part, { kind: 'text' | 'refusal' }>): JsonObject {
  return cache === undefined ? { type: 'text', text } : { type: 'text', text, ...cacheControl(cache) };
}

/** A block of Anthropic's own, word for word. */
function opaqueBlocks(
  { what, path, native }: Extract<Part, { kind: 'opaque' }>,
  notes: EncodingNotes,
): readonly JsonObject[] {
  if (native.dialect === 'anthropic-messages') {
    return [native.value];
  }
  if (native.ifForeign === 'refuse') {
    notes.refuse(path, `Anthropic takes no part of type "${what}".`);
  } else if (native.ifForeign === 'drop') {
    notes.dropMember(what);
  }
  return [];
}
