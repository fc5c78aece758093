import { isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';

/**
 * The messages with pictures and files in the user's alone. OpenAI and the servers that are like it take them nowhere else: those of a
 * tool's result, and those that the assistant made, come at the beginning of what the user says next. The very same messages where there
 * are none.
 */
export function withMediaOfUser(messages: readonly JsonObject[]): readonly JsonObject[] {
  return messages.some(isToldByAnother) ? moved(messages) : messages;
}

function isToldByAnother(message: JsonObject): boolean {
  return (message.role === 'tool' || message.role === 'assistant') && mediaOf(message).length > 0;
}

function mediaOf({ content }: JsonObject): readonly JsonObject[] {
  const isMedia = (part: unknown): part is JsonObject => isJsonObject(part) && MEDIA.has(part.type);
  return Array.isArray(content) ? content.filter(isMedia) : [];
}

const MEDIA: ReadonlySet<unknown> = new Set(['image_url', 'video_url', 'input_audio', 'file']);

interface Told {
  readonly messages: JsonObject[];
  /** What the user's next message begins with. */
  waiting: readonly JsonObject[];
}

function moved(messages: readonly JsonObject[]): readonly JsonObject[] {
  const told: Told = { messages: [], waiting: [] };
  for (const message of messages) {
    tell(told, message);
  }
  settle(told);
  return told.messages;
}

function tell(told: Told, message: JsonObject): void {
  if (message.role === 'tool') {
    told.messages.push(isToldByAnother(message) ? withoutMedia(message, 'The result is shown below.') : message);
    told.waiting = [...told.waiting, ...introduced(message)];
    return;
  }
  if (message.role === 'user') {
    told.messages.push(told.waiting.length > 0 ? withContentBefore(message, told.waiting) : message);
    told.waiting = [];
    return;
  }
  settle(told);
  told.messages.push(isToldByAnother(message) ? withoutMedia(message, 'It is shown below.') : message);
  told.waiting = message.role === 'assistant' ? mediaOf(message) : [];
}

function settle(told: Told): void {
  if (told.waiting.length > 0) {
    told.messages.push({ role: 'user', content: told.waiting });
    told.waiting = [];
  }
}

/** Which call the pictures are of, where there are any. */
function introduced(message: JsonObject): readonly JsonObject[] {
  const media = mediaOf(message);
  const id = stringMember(message, 'tool_call_id') ?? '';
  return media.length === 0 ? [] : [{ type: 'text', text: `The result of ${id}:` }, ...media];
}

/** `instead`: what is said where nothing else was. */
function withoutMedia(message: JsonObject, instead: string): JsonObject {
  const media = new Set<unknown>(mediaOf(message));
  const parts = (Array.isArray(message.content) ? message.content : []).filter((part: unknown) => !media.has(part));
  return { ...message, content: parts.length === 0 ? instead : parts };
}

function withContentBefore(message: JsonObject, parts: readonly JsonObject[]): JsonObject {
  const { content } = message;
  const own = Array.isArray(content) ? content : [{ type: 'text', text: String(content ?? '') }];
  return { ...message, content: [...parts, ...own] };
}
