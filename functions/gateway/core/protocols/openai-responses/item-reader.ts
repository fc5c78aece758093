import type { Native } from '../../model/dialect.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';
import { callReader } from './call-reader.ts';
import { messageReader } from './message-reader.ts';
import type { ItemReader, PartNumbers } from './part-numbers.ts';
import { reasoningReader } from './reasoning-reader.ts';

/** A reader for an item as it begins. */
export function itemReader(item: JsonObject, parts: PartNumbers): ItemReader {
  switch (item.type) {
    case 'message':
      return messageReader(item, parts);
    case 'reasoning':
      return reasoningReader(item, parts);
    case 'function_call':
    case 'custom_tool_call':
      return callReader(item, parts);
    default:
      return opaqueReader(item, parts);
  }
}

/** A tool that OpenAI carries out, or an item of a type that nobody here knows: its events are passed on. */
function opaqueReader(item: JsonObject, parts: PartNumbers): ItemReader {
  const what = stringMember(item, 'type') ?? '';
  const part = parts.begin({ kind: 'opaque', what, native: ownNative(item) });
  return {
    begin: () => [part.start],
    read: (_, event) => [{ type: 'native', choice: 0, native: ownNative(event) }],
    end: (done) => part.end({ proof: ownNative(done) }),
  };
}

function ownNative(value: JsonObject): Native {
  return { dialect: 'openai-responses', value, ifForeign: 'drop' };
}
