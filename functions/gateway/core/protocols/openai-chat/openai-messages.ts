import { arrayMember, isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { nineCharacterId, portableToolCallId } from '../tool-call-id.ts';
import type { OpenAiRules } from './openai-rules.ts';
import { mediaOfUsers } from './taken-media.ts';
import { messageWithin } from './taken-members.ts';
import { withWholeBlocks } from './thought-blocks.ts';

/** The request's messages for a model with these rules. */
export function openAiMessages(messages: readonly JsonObject[], rules: OpenAiRules): readonly JsonObject[] {
  const isPlain = !rules.needsReasoning && messages.every(isTextAlone);
  const plain = isPlain ? messages : plainMessages(messages, rules);
  const told = plain.map((message) => withRole(message, rules.instructionRole));
  const said = Array.isArray(rules.foreignMembers) ? withoutEmptyInstructions(told) : told;
  const ordered = rules.turns !== 'alternating' || isAlternating(said) ? said : alternatingMessages(said);
  const parted = rules.userAfterTool ? ordered : withAnswerBetween(ordered);
  return rules.prefillMember === 'none' ? parted : withPrefix(parted, rules.prefillMember);
}

/** Whether a message has a role and a text, as most have, and nothing that a server takes in another form or not at all. */
function isTextAlone(message: JsonObject): boolean {
  return typeof message.content === 'string' && message.role !== undefined && Object.keys(message).length === 2;
}

function plainMessages(messages: readonly JsonObject[], rules: OpenAiRules): readonly JsonObject[] {
  const mayShow = messages.some(({ role, content }) => role !== 'user' && Array.isArray(content));
  const shown = mayShow && rules.foreignMembers !== 'keep' ? mediaOfUsers(messages) : messages;
  return shown.map((message) => {
    if (isTextAlone(message) && message.role !== 'assistant') {
      return message;
    }
    const called = withKnownIds(withPlainCalls(message), ID_READERS[rules.toolCallIds]);
    return messageWithin(called.role === 'assistant' ? withReasoning(called, rules) : called, rules);
  });
}

/** Claude behind a router refuses an instruction without a word. One message at least stays. */
function withoutEmptyInstructions(messages: readonly JsonObject[]): readonly JsonObject[] {
  const kept = messages.filter(({ role, content }) => content !== '' || !(role === 'system' || role === 'developer'));
  return kept.length === 0 ? messages : kept;
}

/** A message without tool calls stays the very same, but for an empty list of them, which OpenAI refuses. */
function withPlainCalls(message: JsonObject): JsonObject {
  const calls = message.tool_calls;
  if (!Array.isArray(calls)) {
    return message;
  }
  const { tool_calls: _, ...others } = message;
  return calls.length === 0 ? others : { ...message, tool_calls: calls.map(plainCall) };
}

/** Arguments without text become `{}`: OpenAI takes both, and servers that parse them in a chat template do not. */
function plainCall(call: unknown): unknown {
  if (!isJsonObject(call)) {
    return call;
  }
  const called = objectMember(call, 'function');
  return called?.arguments === '' ? { ...call, function: { ...called, arguments: '{}' } } : call;
}

type IdReader = (id: string) => string;

const ID_READERS: Readonly<Record<OpenAiRules['toolCallIds'], IdReader | undefined>> = {
  any: undefined,
  'forty-characters': (id) => (id.length <= 40 ? id : portableToolCallId(id, 40)),
  'nine-letters-and-digits': nineCharacterId,
};

/** Ids that another vendor gave, as this one takes them: a conversation with calls could not move here otherwise. */
function withKnownIds(message: JsonObject, known: IdReader | undefined): JsonObject {
  if (known === undefined) {
    return message;
  }
  const id = stringMember(message, 'tool_call_id');
  const calls = arrayMember(message, 'tool_calls').map((call) => withKnownId(call, known));
  return {
    ...message,
    ...(id !== undefined && { tool_call_id: known(id) }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function withKnownId(call: unknown, known: IdReader): unknown {
  const id = stringMember(call, 'id');
  return isJsonObject(call) && id !== undefined ? { ...call, id: known(id) } : call;
}

function withRole(message: JsonObject, role: OpenAiRules['instructionRole']): JsonObject {
  const isInstruction = message.role === 'system' || message.role === 'developer';
  return isInstruction && role !== 'as-sent' ? { ...message, role } : message;
}

/**
 * An assistant's reasoning under the name that its server takes it back by: the gateway gives callers every server's as `reasoning_content`.
 * Blocks that a client has kept in pieces are made whole.
 */
function withReasoning(message: JsonObject, { reasoningMember, needsReasoning }: OpenAiRules): JsonObject {
  const whole = withWholeBlocks(message);
  if (reasoningMember === 'as-sent') {
    return whole;
  }
  const { reasoning_content: content, reasoning, ...rest } = whole;
  const text = [content, reasoning].find((said) => typeof said === 'string' && said !== '');
  const isTold = reasoningMember !== 'none' && (text !== undefined || needsReasoning);
  if (content === undefined && reasoning === undefined && !isTold) {
    return whole;
  }
  return isTold ? { ...rest, [reasoningMember]: text ?? '' } : rest;
}

/** Stands between a tool's result and the user's words. */
const BETWEEN: JsonObject = { role: 'assistant', content: '.' };

function withAnswerBetween(messages: readonly JsonObject[]): readonly JsonObject[] {
  return messages.flatMap((message, index) =>
    message.role === 'user' && messages[index - 1]?.role === 'tool' ? [BETWEEN, message] : [message],
  );
}

function withPrefix(messages: readonly JsonObject[], member: 'prefix' | 'partial'): readonly JsonObject[] {
  const last = messages.at(-1);
  const isBegun = last?.role === 'assistant' && arrayMember(last, 'tool_calls').length === 0;
  return isBegun ? [...messages.slice(0, -1), { ...last, [member]: true }] : messages;
}

/** Whether messages stand already as `alternatingMessages` has them: one system message or none, then a side and the other, each with words. */
function isAlternating(messages: readonly JsonObject[]): boolean {
  const rest = messages[0]?.role === 'system' && messages.length > 1 ? messages.slice(1) : messages;
  return rest.every(
    ({ role, content }, index) =>
      role !== rest[index - 1]?.role &&
      (role === 'user' || (role === 'assistant' && typeof content === 'string' && content !== '')),
  );
}

/**
 * The messages in the order that strict chat templates want: one system message and first, then the two sides in turn. System messages in
 * mid-conversation are the user's words in their place; a conversation of system messages alone keeps the last of them as the user's.
 * Assistant messages without a word or a call are gone. Sources: the templates of Qwen 3.5, Gemma 3 and Mistral, 2026-11.
 */
function alternatingMessages(messages: readonly JsonObject[]): readonly JsonObject[] {
  const leading = leadingSystems(messages);
  const [system] = merged(messages.slice(0, leading));
  const rest = messages
    .slice(leading)
    .filter((message) => !isEmpty(message))
    .map(ofUser);
  return [...(system === undefined ? [] : [system]), ...merged(rest)];
}

function leadingSystems(messages: readonly JsonObject[]): number {
  const first = messages.findIndex(({ role }) => role !== 'system');
  return first === -1 ? Math.max(0, messages.length - 1) : first;
}

function ofUser(message: JsonObject): JsonObject {
  return message.role === 'system' || message.role === 'developer' ? { ...message, role: 'user' } : message;
}

function isEmpty(message: JsonObject): boolean {
  const { role, content } = message;
  const isWordless = (content ?? '') === '' || (Array.isArray(content) && content.length === 0);
  return role === 'assistant' && isWordless && arrayMember(message, 'tool_calls').length === 0;
}

function merged(messages: readonly JsonObject[]): readonly JsonObject[] {
  const result: JsonObject[] = [];
  for (const message of messages) {
    const last = result.at(-1);
    if (last !== undefined && goTogether(last, message)) {
      result.splice(-1, 1, together(last, message));
    } else {
      result.push(message);
    }
  }
  return result;
}

/** Neighbours of one side and one name. What calls tools is followed by their results. */
function goTogether(first: JsonObject, second: JsonObject): boolean {
  return (
    first.role === second.role &&
    first.role !== 'tool' &&
    first.name === second.name &&
    arrayMember(first, 'tool_calls').length === 0
  );
}

function together(first: JsonObject, second: JsonObject): JsonObject {
  return { ...first, ...second, ...reasoningOf(first, second), content: joined(first.content, second.content) };
}

function reasoningOf(first: JsonObject, second: JsonObject): JsonObject {
  const texts = [first, second].flatMap((message) => stringMember(message, 'reasoning_content') ?? []);
  return texts.length === 2 ? { reasoning_content: texts.filter((text) => text !== '').join('\n\n') } : {};
}

function joined(first: unknown, second: unknown): unknown {
  if (!(Array.isArray(first) || Array.isArray(second))) {
    return [first, second].filter((text) => (text ?? '') !== '').join('\n\n');
  }
  return [...partsOf(first), ...partsOf(second)];
}

function partsOf(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) {
    return content;
  }
  return (content ?? '') === '' ? [] : [{ type: 'text', text: content }];
}
