import { isJsonObject, type JsonObject } from '../../wire/json.ts';

/** What stands for the content of a tool's message that had nothing but pictures or files. */
const FOLLOWS = 'The content follows.';

/**
 * Messages in which only users show pictures and files: those of tools and of the assistant follow in a message of the user's, behind the
 * last result of their turn. OpenAI answers 400 to any other ("Image URLs are only allowed for messages with role 'user'"). The very same
 * messages where there are none.
 */
export function mediaOfUsers(messages: readonly JsonObject[]): readonly JsonObject[] {
  if (!messages.some(isShown)) {
    return messages;
  }
  const written: JsonObject[] = [];
  let shown: unknown[] = [];
  for (const message of messages) {
    if (shown.length > 0 && message.role !== 'tool') {
      written.push({ role: 'user', content: shown });
      shown = [];
    }
    written.push(...(isShown(message) ? withoutMedia(message) : [message]));
    shown.push(...mediaOf(message));
  }
  return shown.length === 0 ? written : [...written, { role: 'user', content: shown }];
}

function isShown(message: JsonObject): boolean {
  return mediaOf(message).length > 0;
}

function mediaOf({ role, content }: JsonObject): readonly unknown[] {
  return role !== 'user' && Array.isArray(content) ? content.filter(isMedia) : [];
}

const MEDIA: ReadonlySet<unknown> = new Set([
  ...['image_url', 'input_audio', 'audio_url', 'video_url', 'file', 'document_url', 'file_url'],
]);

function isMedia(part: unknown): boolean {
  return isJsonObject(part) && MEDIA.has(part.type);
}

/** Nothing of a message of the assistant's that only showed. */
function withoutMedia(message: JsonObject): readonly JsonObject[] {
  const { content, role } = message;
  const rest: readonly unknown[] = Array.isArray(content) ? content.filter((part) => !isMedia(part)) : [];
  if (rest.length > 0) {
    return [{ ...message, content: rest }];
  }
  if (role === 'tool') {
    return [{ ...message, content: FOLLOWS }];
  }
  return message.tool_calls === undefined ? [] : [{ ...message, content: null }];
}
