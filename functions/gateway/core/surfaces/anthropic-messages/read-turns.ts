import type { Part } from '../../model/part.ts';
import type { Turn } from '../../model/prompt.ts';
import { arrayMember, type JsonObject, member } from '../../wire/json.ts';
import { contentParts } from './read-block.ts';

const ROLES: ReadonlyMap<unknown, Turn['role']> = new Map([
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['system', 'instructions'],
]);

/** The system prompt and the messages as turns, one each. */
export function turnsOf(body: JsonObject): readonly Turn[] {
  const system = contentParts(body.system, 'system').filter((part) => !isBillingLine(part));
  const sent = arrayMember(body, 'messages');
  const lastOfUser = sent.findLastIndex((message) => member(message, 'role') === 'user');
  const messages = sent.flatMap((message, index): Turn[] => {
    const path = `messages[${index}]`;
    const parts = contentParts(member(message, 'content'), `${path}.content`);
    return isUnsaid(message, index < lastOfUser)
      ? []
      : [{ role: ROLES.get(member(message, 'role')) ?? 'user', path, parts }];
  });
  return system.length === 0 ? messages : [{ role: 'instructions', path: 'system', parts: system }, ...messages];
}

/** Instructions that are for one turn of the user's alone, or that say nothing but a setting. */
function isUnsaid(message: unknown, isBeforeUser: boolean): boolean {
  return (
    member(message, 'role') === 'system' &&
    ((isBeforeUser && member(message, 'clear_at') === 'next_user_message') || member(message, 'content') === undefined)
  );
}

/**
 * Claude Code's first line is for Anthropic's books and changes from call to call: no other vendor is to read it, and it does not tell
 * conversations apart.
 */
function isBillingLine(part: Part): boolean {
  return part.kind === 'text' && part.text.startsWith('x-anthropic-billing-header:');
}
