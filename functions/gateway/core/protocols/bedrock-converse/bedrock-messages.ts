import type { Part, ToolCallPart, ToolResultPart } from '../../model/part.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type AssistantTurn, type ConversationTurn, EMPTY_CONTENT, type UserTurn } from '../conversation-turns.ts';
import { portableToolCallId } from '../tool-call-id.ts';
import { toolCallInput } from '../tool-call-input.ts';
import { cachePointAfter } from './bedrock-cache-points.ts';
import { contentBlocks, partBlocks, textBlocks } from './bedrock-content.ts';
import type { BedrockTask } from './bedrock-task.ts';
import { converseThinking } from './bedrock-thinking.ts';

/** A Converse message while it is put together. */
export interface ConverseMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: readonly JsonObject[];
}

/** The longest tool-use id that Converse takes. */
const MAX_TOOL_USE_ID_CHARS = 64;

/** The conversation as Converse messages. Converse has the two sides alternate and the user begin; nothing is made up to that end. */
export function converseMessages(task: BedrockTask): readonly ConverseMessage[] {
  const { turns } = task.conversation;
  if (turns[0]?.role === 'assistant' && !task.rules.assistantFirst) {
    task.notes.refuseSetting('turns', 'With this model on Bedrock a conversation begins with a user message.');
  }
  if (turns.at(-1)?.role === 'assistant' && !task.rules.claude.prefill) {
    task.notes.refuseSetting('turns', 'This model does not continue a trailing assistant message.');
  }
  return turns.flatMap((turn, index) => {
    const messages = messagesOf(turn, task);
    return index === turns.length - 1 && turn.role === 'assistant' ? messages.map(withoutTrailingSpace) : messages;
  });
}

function messagesOf(turn: ConversationTurn, task: BedrockTask): readonly ConverseMessage[] {
  switch (turn.role) {
    case 'system':
      return [{ role: 'system', content: turn.parts.flatMap((part) => textBlocks(part, task)) }];
    case 'user':
      return userMessages(task.rules.mediaInResults ? turn : withMediaAfterResults(turn), task);
    case 'assistant':
      return [{ role: 'assistant', content: assistantContent(turn, task) }];
  }
}

/** The media of the results as words of the turn, before its own. */
function withMediaAfterResults({ results, parts, ...turn }: UserTurn): UserTurn {
  const isMedia = (part: Part): boolean => part.kind === 'media';
  const media = results.flatMap((result) => result.parts.filter(isMedia));
  const texts = results.map((result) => ({ ...result, parts: result.parts.filter((part) => !isMedia(part)) }));
  return media.length === 0 ? { results, parts, ...turn } : { ...turn, results: texts, parts: [...media, ...parts] };
}

/** What the assistant says between the results and the words of one turn, where the two must be two. */
const GO_ON = '.';

/** All results come first: Converse wants those of one turn together. */
function userMessages(turn: UserTurn, task: BedrockTask): readonly ConverseMessage[] {
  const results = turn.results.flatMap((result) => resultBlocks(result, task));
  const words = wordsOf(turn, task);
  if (task.rules.resultsApart && results.length > 0 && words.length > 0) {
    return [
      { role: 'user', content: results },
      { role: 'assistant', content: [{ text: GO_ON }] },
      { role: 'user', content: words },
    ];
  }
  const content = [...results, ...words];
  return [{ role: 'user', content: content.length === 0 ? [{ text: EMPTY_CONTENT }] : content }];
}

/** A document must have text beside it. */
function wordsOf(turn: UserTurn, task: BedrockTask): readonly JsonObject[] {
  const content = turn.parts.flatMap((part) => partBlocks(part, task));
  const isTextMissing = content.every((block) => block.text === undefined);
  const isDocumentAlone = isTextMissing && content.some((block) => block.document !== undefined);
  return isDocumentAlone ? [...content, { text: EMPTY_CONTENT }] : content;
}

/** The text of a result is passed on as text also where it is JSON: read and written anew, its long numbers would lose digits. */
function resultBlocks(result: ToolResultPart, task: BedrockTask): readonly JsonObject[] {
  const content = result.parts.flatMap((part) => contentBlocks(part, task));
  const toolResult = {
    toolUseId: portableToolCallId(result.id, MAX_TOOL_USE_ID_CHARS),
    content: content.length === 0 ? [{ text: EMPTY_CONTENT }] : content,
    ...(task.rules.toolResultStatus && { status: result.isError ? 'error' : 'success' }),
  };
  const mark = result.parts.findLast(({ cache }) => cache !== undefined)?.cache ?? result.cache;
  return [{ toolResult }, ...cachePointAfter(mark, 'message', task)];
}

function assistantContent(turn: AssistantTurn, task: BedrockTask): readonly JsonObject[] {
  const content = turn.parts.flatMap((part) => assistantBlocks(part, task));
  return content.length === 0 ? [{ text: EMPTY_CONTENT }] : content;
}

function assistantBlocks(part: Part, task: BedrockTask): readonly JsonObject[] {
  switch (part.kind) {
    case 'reasoning':
      return task.rules.thinkingReplay ? converseThinking(part) : [];
    case 'tool-call':
      return toolUseBlocks(part, task);
    default:
      return textBlocks(part, task);
  }
}

function toolUseBlocks(call: ToolCallPart, task: BedrockTask): readonly JsonObject[] {
  const input = toolCallInput(call);
  if (input === undefined) {
    task.notes.refuse(call.inputPath, 'Bedrock takes only a JSON object as the arguments of a tool call.');
  }
  const toolUse = { toolUseId: portableToolCallId(call.id, MAX_TOOL_USE_ID_CHARS), name: call.name, input };
  return [{ toolUse }, ...cachePointAfter(call.cache, 'message', task)];
}

/** Claude refuses a last assistant text that ends in white space. */
function withoutTrailingSpace(message: ConverseMessage): ConverseMessage {
  const last = message.content.at(-1);
  if (typeof last?.text !== 'string') {
    return message;
  }
  return { ...message, content: [...message.content.slice(0, -1), { text: last.text.trimEnd() }] };
}
