import type { Native } from '../../model/dialect.ts';
import { nativeValue } from '../../model/dialect.ts';
import type { Part } from '../../model/part.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';
import type { ConversationTurn } from '../conversation-turns.ts';

/** A whole block of Claude's as the proof of the part that it became, on whichever host Claude gave it: `thinking`, `redacted_thinking`. */
export function blockProof(block: JsonObject): Native {
  return { dialect: 'anthropic-messages', value: block, ifForeign: 'ignore' };
}

/**
 * The block of reasoning that Claude checks when a reasoning part comes back: `{type: "thinking", thinking, signature}` or
 * `{type: "redacted_thinking", data}`. `undefined` for any other part, and for a block without its signature or data, which would be
 * answered with 400.
 */
export function replayedThinking(part: Part): JsonObject | undefined {
  const block = part.kind === 'reasoning' ? nativeValue(part.proof, 'anthropic-messages') : undefined;
  const thinking = stringMember(block, 'thinking');
  const signature = stringMember(block, 'signature');
  const data = stringMember(block, 'data');
  switch (block?.type) {
    case 'thinking':
      return thinking === undefined || !signature ? undefined : { type: 'thinking', thinking, signature };
    case 'redacted_thinking':
      return !data ? undefined : { type: 'redacted_thinking', data };
    default:
      return undefined;
  }
}

/**
 * Whether the model is in the midst of calling tools and none of its reasoning of this turn came back. The API then refuses to reason
 * further ("expected thinking, but found tool_use"). A turn begins with the last user message that carries no tool results.
 */
export function hasLostThinking(turns: readonly ConversationTurn[]): boolean {
  const spoken = turns.filter((turn) => turn.role !== 'system');
  const last = spoken.at(-1);
  if (last?.role !== 'user' || last.results.length === 0) {
    return false;
  }
  const begin = spoken.findLastIndex((turn) => turn.role === 'user' && turn.results.length === 0);
  const steps = spoken.slice(begin + 1).filter((turn) => turn.role === 'assistant');
  return steps.length > 0 && !steps.some(({ parts }) => parts.some((part) => replayedThinking(part) !== undefined));
}
