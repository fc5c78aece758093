import type { Native } from '../../model/dialect.ts';
import { wholeBlocks } from '../../model/reasoning-blocks.ts';
import { arrayMember, type JsonObject, stringMember } from '../../wire/json.ts';

/**
 * The members in which servers of OpenAI's dialect give signed or encrypted thoughts, to be sent back: OpenRouter's, LiteLLM's. Source:
 * openrouter.ai/docs "Reasoning tokens", docs.litellm.ai "Reasoning content", 2026-11.
 */
export const THOUGHT_BLOCKS: readonly string[] = ['reasoning_details', 'thinking_blocks'];

/** Whether a delta or message has such a member. */
export function hasThoughtBlocks(said: JsonObject): boolean {
  return THOUGHT_BLOCKS.some((name) => said[name] !== undefined);
}

/** Gathers the pieces of such members until the thoughts have ended. */
export interface ThoughtBlocks {
  readonly add: (delta: JsonObject) => void;
  /** The proof of the thoughts since it was last taken, in whole blocks; `undefined`: none. */
  readonly take: () => Native | undefined;
}

/** None so far. */
export function thoughtBlocks(): ThoughtBlocks {
  const pieces = new Map<string, unknown[]>();
  return {
    add: (delta) => {
      for (const name of THOUGHT_BLOCKS) {
        const items = delta[name];
        if (Array.isArray(items) && items.length > 0) {
          addTo(pieces, name, items);
        }
      }
    },
    take: () => {
      if (pieces.size === 0) {
        return undefined;
      }
      const value = Object.fromEntries([...pieces].map(([name, items]) => [name, wholeBlocks(name, items)]));
      pieces.clear();
      return { dialect: 'openai-chat', value, ifForeign: 'ignore' };
    },
  };
}

/** So many signed or encrypted blocks of one answer are remembered. */
const MOST_SEALS = 1000;

/** What each piece of an answer says, without signed or encrypted blocks that it has said before: a last one may say them all once more. */
export function newThoughtBlocks(): (delta: JsonObject) => JsonObject {
  const seals = new Set<string>();

  function isNew(name: string, block: unknown): boolean {
    const seal = stringMember(block, 'signature') || stringMember(block, 'data');
    if (!seal) {
      return true;
    }
    const key = `${name} ${stringMember(block, 'id')} ${seal}`;
    const isKnown = seals.has(key);
    if (seals.size < MOST_SEALS) {
      seals.add(key);
    }
    return !isKnown;
  }

  return (delta) => {
    const names = THOUGHT_BLOCKS.filter((name) => arrayMember(delta, name).length > 0);
    const blocks = names.map((name) => [name, arrayMember(delta, name).filter((block) => isNew(name, block))]);
    return names.length === 0 ? delta : { ...delta, ...Object.fromEntries(blocks) };
  };
}

/** One by one: a list may be longer than a call may have arguments. */
function addTo(pieces: Map<string, unknown[]>, name: string, items: readonly unknown[]): void {
  const known = pieces.get(name) ?? [];
  for (const item of items) {
    known.push(item);
  }
  pieces.set(name, known);
}

/** A message whose blocks a client has kept in pieces, with whole ones. */
export function withWholeBlocks(message: JsonObject): JsonObject {
  const names = THOUGHT_BLOCKS.filter((name) => arrayMember(message, name).length > 1);
  const blocks = names.map((name) => [name, wholeBlocks(name, arrayMember(message, name))]);
  return names.length === 0 ? message : { ...message, ...Object.fromEntries(blocks) };
}
