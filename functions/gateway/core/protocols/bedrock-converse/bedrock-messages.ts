import type { ToolCall } from '../../model/chat-request.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../wire/json.ts';
import {
  type AssistantStep,
  type AssistantTurn,
  EMPTY_CONTENT,
  type ToolResult,
  type Turn,
  type UserTurn,
} from '../conversation-turns.ts';
import { portableToolCallId } from '../tool-call-id.ts';
import { cachePointAfter } from './bedrock-cache-points.ts';
import { contentBlocks, partBlocks, textBlocks } from './bedrock-content.ts';
import { withDistinctNames } from './bedrock-documents.ts';
import type { BedrockTask } from './bedrock-task.ts';
import { converseThinking } from './bedrock-thinking-blocks.ts';

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
  const names = new Set<string>();
  if (turns[0]?.role === 'assistant') {
    task.notes.refuse('messages', 'On Bedrock a conversation begins with a user message.');
  }
  if (turns.at(-1)?.role === 'assistant' && !task.rules.claude.prefill) {
    task.notes.refuse('messages', 'This model does not continue a trailing assistant message.');
  }
  return turns.map((turn, index) => {
    const message = messageOf(turn, task, names);
    return index === turns.length - 1 && turn.role === 'assistant' ? withoutTrailingSpace(message) : message;
  });
}

function messageOf(turn: Turn, task: BedrockTask, names: Set<string>): ConverseMessage {
  switch (turn.role) {
    case 'system':
      return { role: 'system', content: turn.parts.flatMap((part) => textBlocks(part, task)) };
    case 'user':
      return { role: 'user', content: userContent(turn, task, names) };
    case 'assistant':
      return { role: 'assistant', content: assistantContent(turn, task) };
  }
}

/** All results come first: Converse wants those of one turn together. A document must have text beside it. */
function userContent(turn: UserTurn, task: BedrockTask, names: Set<string>): readonly JsonObject[] {
  const results = turn.results.flatMap((result) => resultBlocks(result, task, names));
  const content = withDistinctNames(
    turn.parts.flatMap((part) => partBlocks(part, task)),
    names,
  );
  const isTextMissing = content.every((block) => block.text === undefined);
  const isDocumentAlone = isTextMissing && content.some((block) => block.document !== undefined);
  const all = [...results, ...content];
  return isDocumentAlone || all.length === 0 ? [...all, { text: EMPTY_CONTENT }] : all;
}

/** The text of a result is passed on as text also where it is JSON: read and written anew, its long numbers would lose digits. */
function resultBlocks(result: ToolResult, task: BedrockTask, names: Set<string>): readonly JsonObject[] {
  const content = withDistinctNames(
    result.parts.flatMap((part) => contentBlocks(part, task)),
    names,
  );
  const status = result.message.is_error === true ? 'error' : 'success';
  const toolResult = {
    toolUseId: portableToolCallId(result.id, MAX_TOOL_USE_ID_CHARS),
    content: content.length === 0 ? [{ text: EMPTY_CONTENT }] : content,
    ...(task.rules.toolResultStatus ? { status } : {}),
  };
  const marked = [result.message, ...result.parts.map(({ part }) => part)];
  return [{ toolResult }, ...marked.flatMap((mark) => cachePointAfter(mark, 'message', task)).slice(-1)];
}

function assistantContent(turn: AssistantTurn, task: BedrockTask): readonly JsonObject[] {
  const content = turn.steps.flatMap((step) => stepBlocks(step, task));
  return content.length === 0 ? [{ text: EMPTY_CONTENT }] : content;
}

function stepBlocks(step: AssistantStep, task: BedrockTask): readonly JsonObject[] {
  const calls = step.message.tool_calls ?? [];
  return [
    ...(task.rules.thinkingReplay ? converseThinking(step.message) : []),
    ...step.parts.flatMap((part) => textBlocks(part, task)),
    ...calls.flatMap((call, index) => toolUseBlocks(call, `${step.path}.tool_calls[${index}]`, task)),
  ];
}

function toolUseBlocks(call: ToolCall, path: string, task: BedrockTask): readonly JsonObject[] {
  const { name, arguments: text } = call.function;
  const input = text.trim() === '' ? {} : parseJson(text);
  if (!isJsonObject(input)) {
    task.notes.refuse(
      `${path}.function.arguments`,
      'Bedrock takes only a JSON object as the arguments of a tool call.',
    );
  }
  const toolUse = { toolUseId: portableToolCallId(call.id, MAX_TOOL_USE_ID_CHARS), name, input };
  return [{ toolUse }, ...cachePointAfter(call, 'message', task)];
}

/** Claude refuses a last assistant text that ends in white space. */
function withoutTrailingSpace(message: ConverseMessage): ConverseMessage {
  const last = message.content.at(-1);
  if (typeof last?.text !== 'string') {
    return message;
  }
  return { ...message, content: [...message.content.slice(0, -1), { text: last.text.trimEnd() }] };
}
