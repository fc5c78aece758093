import { arrayMember, type JsonObject, stringMember } from '../../wire/json.ts';

/**
 * The messages in the order that strict chat templates want: one system message and first, then the two sides in turn. System messages in
 * mid-conversation are the user's words in their place; a conversation of system messages alone keeps the last of them as the user's.
 * Assistant messages without a word or a call are gone. Sources: the templates of Qwen 3.5, Gemma 3 and Mistral, 2026-11.
 */
export function alternatingMessages(messages: readonly JsonObject[]): readonly JsonObject[] {
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
