import { isJsonObject, type JsonObject, stringMember } from '../wire/json.ts';

/** Members of messages whose list's items come in pieces, and the members of an item that are text. */
const TEXTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['reasoning_details', ['text', 'summary', 'signature', 'data']],
  ['thinking_blocks', ['thinking', 'signature', 'data']],
]);

/**
 * The blocks of reasoning that the pieces of the list `name` make, each block once: a stream tells one in many pieces, and its vendor takes
 * it back only whole. Other lists stay as they are. Source: OpenRouter's guide "Reasoning tokens"; LiteLLM's `thinking_blocks`.
 */
export function wholeBlocks(name: string, items: readonly unknown[]): readonly unknown[] {
  const texts = TEXTS.get(name);
  if (texts === undefined) {
    return items;
  }
  const blocks: unknown[][] = [];
  let isSigned = false;
  for (const item of items) {
    const block = blocks.at(-1);
    if (block !== undefined && !isSigned && goesOn(block[0], item)) {
      block.push(item);
    } else {
      blocks.push([item]);
    }
    isSigned = (stringMember(item, 'signature') ?? stringMember(item, 'data') ?? '') !== '';
  }
  return blocks.map((pieces) => (pieces.length === 1 ? pieces[0] : joined(pieces.filter(isJsonObject), texts)));
}

/** A piece of the same type and number. What is encrypted comes whole. */
function goesOn(first: unknown, item: unknown): boolean {
  return (
    isJsonObject(first) &&
    isJsonObject(item) &&
    first.type === item.type &&
    first.index === item.index &&
    !String(item.type).includes('encrypted') &&
    !String(item.type).includes('redacted')
  );
}

function joined(pieces: readonly JsonObject[], texts: readonly string[]): JsonObject {
  const members: [string, unknown][] = pieces.flatMap((piece) =>
    Object.entries(piece).filter(([, value]) => value !== null),
  );
  const whole = texts.flatMap((name): [string, unknown][] => {
    const found = pieces.flatMap((piece) => stringMember(piece, name) ?? []);
    return found.length === 0 ? [] : [[name, found.join('')]];
  });
  return Object.fromEntries([...members, ...whole]);
}
