import type { AboutAnswer } from '../../model/answer-event.ts';
import type { JsonObject } from '../../wire/json.ts';

/** What the gateway reads of a message, or sets itself. */
const READ_MEMBERS: ReadonlySet<string> = new Set([
  ...['id', 'type', 'role', 'model', 'content', 'stop_reason', 'stop_sequence', 'usage', 'delta'],
]);

/**
 * Members of a message that no other dialect has, as `container`, `context_management`, `stop_details`: those of `told` over the `earlier`
 * ones. Nulls say nothing.
 */
export function laterMembers(earlier: JsonObject, told: JsonObject): JsonObject {
  const added = Object.entries(told).filter(([name, value]) => !READ_MEMBERS.has(name) && (value ?? null) !== null);
  return added.length === 0 ? earlier : { ...earlier, ...Object.fromEntries(added) };
}

/** The event that tells those members. */
export function aboutMembers(members: JsonObject): AboutAnswer {
  return { type: 'about', native: { dialect: 'anthropic-messages', value: members, ifForeign: 'ignore' } };
}
