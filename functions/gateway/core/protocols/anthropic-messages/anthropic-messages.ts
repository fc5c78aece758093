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
import { partBlocks, textBlocks } from './anthropic-content.ts';
import type { AnthropicRules } from './anthropic-rules.ts';
import { type AnthropicMessage, cacheMark } from './cache-marks.ts';
import type { EncodingNotes } from './encoding-notes.ts';
import { replayedThinking } from './thinking-blocks.ts';

/** The `messages` of a request. A conversation that ends with the assistant's words is refused where the model does not go on from them. */
export function anthropicMessages(
  turns: readonly Turn[],
  rules: AnthropicRules,
  notes: EncodingNotes,
): readonly AnthropicMessage[] {
  const messages = turns.map((turn) => messageOf(turn, rules, notes));
  const last = turns.at(-1);
  if (last?.role !== 'assistant') {
    return messages;
  }
  if (!rules.prefill) {
    notes.refuse(
      last.steps.at(-1)?.path ?? 'messages',
      'This model does not continue an assistant message: the last message must be from the user or a tool.',
    );
  }
  return messages.map((message, index) => (index === messages.length - 1 ? withoutTrailingSpace(message) : message));
}

function messageOf(turn: Turn, rules: AnthropicRules, notes: EncodingNotes): AnthropicMessage {
  switch (turn.role) {
    case 'system':
      return { role: 'system', content: textBlocks(turn.parts, notes) };
    case 'user':
      return { role: 'user', content: userBlocks(turn, notes) };
    case 'assistant':
      return { role: 'assistant', content: assistantBlocks(turn, rules, notes) };
  }
}

function userBlocks(turn: UserTurn, notes: EncodingNotes): readonly JsonObject[] {
  const blocks = [...turn.results.map((result) => resultBlock(result, notes)), ...partBlocks(turn.parts, notes)];
  return blocks.length === 0 ? [{ type: 'text', text: EMPTY_CONTENT }] : blocks;
}

/** A mark on a part within a result becomes the result's: only blocks of the message itself are counted and limited. */
function resultBlock(result: ToolResult, notes: EncodingNotes): JsonObject {
  const blocks = partBlocks(result.parts, notes);
  const marked = [...result.parts.map(({ part }) => part), result.message].findLast(
    (holder) => 'cache_control' in cacheMark(holder),
  );
  return {
    type: 'tool_result',
    tool_use_id: toolUseId(result.id),
    content: resultContent(blocks.map(({ cache_control: _, ...block }) => block)),
    ...(result.message.is_error === true ? { is_error: true } : {}),
    ...(marked === undefined ? {} : cacheMark(marked)),
  };
}

function resultContent(blocks: readonly JsonObject[]): string | readonly JsonObject[] {
  if (blocks.length === 0) {
    return EMPTY_CONTENT;
  }
  const [only] = blocks;
  return blocks.length === 1 && typeof only?.text === 'string' ? only.text : blocks;
}

function assistantBlocks(turn: AssistantTurn, rules: AnthropicRules, notes: EncodingNotes): readonly JsonObject[] {
  return turn.steps.flatMap((step) => [
    ...(rules.thinking === 'none' ? [] : replayedThinking(step.message)),
    ...textBlocks(step.parts, notes),
    ...toolUses(step, notes),
  ]);
}

function toolUses(step: AssistantStep, notes: EncodingNotes): readonly JsonObject[] {
  return (step.message.tool_calls ?? []).map((call, index) => {
    const input = toolInput(call);
    if (input === undefined) {
      notes.refuse(
        `${step.path}.tool_calls[${index}].function.arguments`,
        'The arguments of a tool call must be the JSON text of an object.',
      );
    }
    return { type: 'tool_use', id: toolUseId(call.id), name: call.function.name, input, ...cacheMark(call) };
  });
}

/** No arguments at all stand for an empty object: that is what OpenAI-shaped clients send back for a function without parameters. */
function toolInput(call: ToolCall): JsonObject | undefined {
  const { arguments: text } = call.function;
  const input = text.trim() === '' ? {} : parseJson(text);
  return isJsonObject(input) ? input : undefined;
}

function toolUseId(id: string): string {
  return portableToolCallId(id, 128);
}

/** The API answers 400 to a last assistant text that ends in white space. */
function withoutTrailingSpace(message: AnthropicMessage): AnthropicMessage {
  const last = message.content.at(-1);
  if (typeof last?.text !== 'string') {
    return message;
  }
  return { ...message, content: [...message.content.slice(0, -1), { ...last, text: last.text.trimEnd() }] };
}
