import type { Native } from '../../model/dialect.ts';
import { wholeBlocks } from '../../model/reasoning-blocks.ts';
import { arrayMember, type JsonObject } from '../../wire/json.ts';

/**
 * The members in which servers of OpenAI's dialect give signed or encrypted thoughts, to be sent back: OpenRouter's, LiteLLM's. Source:
 * openrouter.ai/docs "Reasoning tokens", docs.litellm.ai "Reasoning content", 2026-11.
 */
export const THOUGHT_BLOCKS: readonly string[] = ['reasoning_details', 'thinking_blocks'];

/** Gathers the pieces of such members until the thoughts have ended. */
export interface ThoughtBlocks {
  readonly add: (delta: JsonObject) => void;
  /** The proof of the thoughts since it was last taken, in whole blocks; `undefined`: none. */
  readonly take: () => Native | undefined;
}

/** None so far. */
export function thoughtBlocks(): ThoughtBlocks {
  let pieces: readonly (readonly [name: string, pieces: unknown[]])[] = [];
  return {
    add: (delta) => {
      const names = THOUGHT_BLOCKS.filter((name) => arrayMember(delta, name).length > 0);
      for (const name of names) {
        const known = pieces.find(([one]) => one === name)?.[1];
        known?.push(...arrayMember(delta, name));
        pieces = known === undefined ? [...pieces, [name, [...arrayMember(delta, name)]]] : pieces;
      }
    },
    take: () => {
      const value = Object.fromEntries(pieces.map(([name, items]) => [name, wholeBlocks(name, items)]));
      const isNone = pieces.length === 0;
      pieces = [];
      return isNone ? undefined : { dialect: 'openai-chat', value, ifForeign: 'ignore' };
    },
  };
}

/** A message whose blocks a client has kept in pieces, with whole ones. */
export function withWholeBlocks(message: JsonObject): JsonObject {
  const names = THOUGHT_BLOCKS.filter((name) => arrayMember(message, name).length > 1);
  const blocks = names.map((name) => [name, wholeBlocks(name, arrayMember(message, name))]);
  return names.length === 0 ? message : { ...message, ...Object.fromEntries(blocks) };
}
