import { type JsonObject, stringMember } from '../../wire/json.ts';
import type { ItemReader, PartNumbers } from './part-numbers.ts';

/** Reads a call of a function or of a custom tool. */
export function callReader(item: JsonObject, parts: PartNumbers): ItemReader {
  const { type, status: _, call_id: id, name, arguments: __, input: ___, ...others } = item;
  const isCustom = type === 'custom_tool_call';
  const text = isCustom ? 'input' : 'arguments';
  const part = parts.begin({
    kind: 'tool-call',
    id: String(id ?? others.id ?? ''),
    name: String(name ?? ''),
    native: { dialect: 'openai-responses', value: others, ifForeign: 'ignore' },
    ...(isCustom && { isCustom }),
  });
  return {
    begin: () => [part.start],
    read: (event, { delta }) => (event.endsWith('.delta') && typeof delta === 'string' ? part.grow(delta) : []),
    end: (done) => {
      const whole = stringMember(done, text) ?? '';
      const owed = whole === '' && !isCustom ? '{}' : whole;
      return [...(part.hasText() ? [] : part.grow(owed)), ...part.end()];
    },
  };
}
