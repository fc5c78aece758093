import type { JsonObject } from '../../wire/json.ts';

/** `members` without those that are `undefined`; `undefined` when none is left. */
export function presentMembers(members: JsonObject): JsonObject | undefined {
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return present.length === 0 ? undefined : Object.fromEntries(present);
}
