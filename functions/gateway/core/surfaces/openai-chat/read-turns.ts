import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import type { Part, ReasoningPart, ToolCallPart } from '../../model/part.ts';
import type { Turn } from '../../model/prompt.ts';
import { arrayMember, isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { cacheMarkOf } from './cache-mark.ts';
import type { AssistantMessage, ChatMessage, CustomCall, ToolCall, ToolMessage } from './chat-request.ts';
import { partOf } from './read-part.ts';

/** The messages of a chat request as turns, one each. */
export function turnsOf(messages: readonly ChatMessage[]): readonly Turn[] {
  return messages.map((message, index) => turnOf(message, `messages[${index}]`));
}

function turnOf(message: ChatMessage, path: string): Turn {
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'instructions', path, parts: contentParts(message, path) };
    case 'user':
      return { role: 'user', path, parts: contentParts(message, path) };
    case 'tool':
      return { role: 'user', path, parts: [toolResult(message, path)] };
    case 'assistant':
      return { role: 'assistant', path, parts: assistantParts(message, path) };
  }
}

/** A cache mark on a message whose content is a string belongs to its one part. */
function contentParts(message: ChatMessage, path: string): readonly Part[] {
  const { content } = message;
  if (typeof content === 'string') {
    return [{ kind: 'text', text: content, path: `${path}.content`, ...defined({ cache: cacheMarkOf(message) }) }];
  }
  return (content ?? []).map((part, index) => partOf(part, `${path}.content[${index}]`));
}

function toolResult(message: ToolMessage, path: string): Part {
  return {
    kind: 'tool-result',
    id: message.tool_call_id,
    idPath: `${path}.tool_call_id`,
    parts: contentParts({ ...message, cache_control: undefined, prompt_cache_breakpoint: undefined }, path),
    isError: message.is_error === true,
    path,
    ...defined({ cache: cacheMarkOf(message) }),
  };
}

/** As models say it: reasoning, then words, then calls. */
function assistantParts(message: AssistantMessage, path: string): readonly Part[] {
  const words = contentParts(message, path);
  const refusal = typeof message.refusal === 'string' && message.refusal !== '' ? message.refusal : undefined;
  return [
    ...reasoningParts(message, path),
    ...withSignature(words, geminiSignature(message)),
    ...(refusal === undefined ? [] : [{ kind: 'refusal', text: refusal, path: `${path}.refusal` } as const]),
    ...spokenAudio(message, path),
    ...(message.tool_calls ?? []).map((call, index) => toolCall(call, `${path}.tool_calls[${index}]`)),
  ];
}

/**
 * Claude's blocks come with their proof and repeat what `reasoning_content` says. A block of another type is none of Claude's. Text without
 * a proof is there for those who show it.
 */
function reasoningParts(message: AssistantMessage, path: string): readonly ReasoningPart[] {
  const blocks = arrayMember(message, 'thinking_blocks').filter(isJsonObject);
  if (blocks.length > 0) {
    return blocks.map((block, index) => ({
      kind: 'reasoning',
      text: stringMember(block, 'thinking') ?? '',
      proof: { dialect: 'anthropic-messages', value: block, ifForeign: 'ignore' },
      path: `${path}.thinking_blocks[${index}]`,
    }));
  }
  const text = message.reasoning_content ?? stringMember(message, 'reasoning') ?? '';
  return text === '' ? [] : [{ kind: 'reasoning', text, path: `${path}.reasoning_content` }];
}

/** A vendor's recording of its own earlier words. */
function spokenAudio(message: AssistantMessage, path: string): readonly Part[] {
  const audio = objectMember(message, 'audio');
  return audio === undefined
    ? []
    : [
        {
          kind: 'opaque',
          what: 'audio',
          path: `${path}.audio`,
          native: { dialect: 'openai-chat', value: audio, ifForeign: 'drop' },
        },
      ];
}

/** The thought signature that Gemini gave with a message or a call, in the place where Google's OpenAI endpoint has it. */
function geminiSignature(holder: JsonObject): Native | undefined {
  const google = objectMember(objectMember(holder, 'extra_content'), 'google');
  const signature = stringMember(google, 'thought_signature') ?? '';
  return signature === ''
    ? undefined
    : { dialect: 'gemini', value: { thoughtSignature: signature }, ifForeign: 'ignore' };
}

/** A signature of the message stood on its last text. */
function withSignature(parts: readonly Part[], signature: Native | undefined): readonly Part[] {
  const last = signature === undefined ? -1 : parts.findLastIndex(({ kind }) => kind === 'text');
  return last === -1
    ? parts
    : parts.map((part, index) => (index === last ? { ...part, ...defined({ native: signature }) } : part));
}

function toolCall(call: ToolCall, path: string): ToolCallPart {
  const base = {
    kind: 'tool-call',
    id: call.id,
    path,
    ...defined({ native: geminiSignature(call), cache: cacheMarkOf(call) }),
  } as const;
  if (isCustomCall(call)) {
    const { name, input } = call.custom;
    return { ...base, name, input, isCustom: true, inputPath: `${path}.custom.input` };
  }
  const { name, arguments: input } = call.function;
  return { ...base, name, input, inputPath: `${path}.function.arguments` };
}

function isCustomCall(call: ToolCall): call is CustomCall {
  return call.type === 'custom';
}
