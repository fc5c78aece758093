import { arrayMember, type JsonObject, stringMember } from '../../wire/json.ts';
import type { Turn } from '../conversation-turns.ts';

/**
 * The reasoning that an assistant message carries in `thinking_blocks`, as blocks to replay before its text. The decoder gave them to
 * the caller in this form. A block without its signature or data would be answered with 400, and is left out.
 */
export function replayedThinking(message: JsonObject): readonly JsonObject[] {
  return arrayMember(message, 'thinking_blocks').flatMap((block): readonly JsonObject[] => {
    const thinking = stringMember(block, 'thinking');
    const signature = stringMember(block, 'signature');
    const data = stringMember(block, 'data');
    switch (stringMember(block, 'type')) {
      case 'thinking':
        return thinking === undefined || !signature ? [] : [{ type: 'thinking', thinking, signature }];
      case 'redacted_thinking':
        return !data ? [] : [{ type: 'redacted_thinking', data }];
      default:
        return [];
    }
  });
}

/**
 * Whether the model is in the midst of calling tools and none of its reasoning of this turn came back. The API then refuses to reason
 * further ("expected thinking, but found tool_use"). A turn begins with the last user message that carries no tool results.
 */
export function hasLostThinking(turns: readonly Turn[]): boolean {
  const spoken = turns.filter((turn) => turn.role !== 'system');
  const last = spoken.at(-1);
  if (last?.role !== 'user' || last.results.length === 0) {
    return false;
  }
  const begin = spoken.findLastIndex((turn) => turn.role === 'user' && turn.results.length === 0);
  const steps = spoken.slice(begin + 1).flatMap((turn) => (turn.role === 'assistant' ? turn.steps : []));
  return steps.length > 0 && steps.every((step) => replayedThinking(step.message).length === 0);
}
