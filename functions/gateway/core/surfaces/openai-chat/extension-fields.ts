import { wholeBlocks } from '../../model/reasoning-blocks.ts';
import { isJsonObject, type JsonObject } from '../../wire/json.ts';

/** Collects members that arrive in pieces and that nobody here reads. */
export interface ExtensionFields {
  readonly add: (fields: JsonObject) => void;
  readonly fields: () => JsonObject;
}

/** One member so far: text and lists in pieces, joined once. */
type Growing =
  | { readonly kind: 'text'; readonly pieces: string[] }
  | { readonly kind: 'list'; readonly items: unknown[] }
  | { readonly kind: 'object'; readonly members: JsonObject }
  | { readonly kind: 'value'; readonly value: unknown };

/**
 * Merges pieces of unknown members into whole ones: strings are joined, arrays appended (blocks of reasoning made whole), the members of
 * objects replaced one by one, anything else replaced. Names in `reserved` are left out: they have a meaning, and it is set elsewhere.
 */
export function extensionFields(reserved: readonly string[]): ExtensionFields {
  const growing = new Map<string, Growing>();
  return {
    add: (fields) => {
      for (const [name, value] of Object.entries(fields)) {
        if (!reserved.includes(name)) {
          growing.set(name, grown(growing.get(name), value));
        }
      }
    },
    fields: () => Object.fromEntries([...growing].map(([name, member]) => [name, whole(name, member)])),
  };
}

/** Text and lists grow in place, so that many small pieces stay linear. */
function grown(before: Growing | undefined, value: unknown): Growing {
  if (typeof value === 'string') {
    return grownText(before?.kind === 'text' ? before.pieces : [], value);
  }
  if (Array.isArray(value)) {
    return grownList(before?.kind === 'list' ? before.items : [], value);
  }
  if (isJsonObject(value)) {
    return { kind: 'object', members: { ...(before?.kind === 'object' && before.members), ...value } };
  }
  return { kind: 'value', value };
}

function grownText(pieces: string[], piece: string): Growing {
  pieces.push(piece);
  return { kind: 'text', pieces };
}

function grownList(items: unknown[], more: readonly unknown[]): Growing {
  for (const item of more) {
    items.push(item);
  }
  return { kind: 'list', items };
}

function whole(name: string, member: Growing): unknown {
  switch (member.kind) {
    case 'text':
      return member.pieces.join('');
    case 'list':
      return wholeBlocks(name, member.items);
    case 'object':
      return member.members;
    case 'value':
      return member.value;
  }
}
