import { OPERATOR_MEMBERS } from '../model/operator-members.ts';
import type { Prompt } from '../model/prompt.ts';
import type { JsonObject } from '../wire/json.ts';

/** However a name is written: servers have `api_base`, `apiBase` and `api-base` for one thing. */
function plainName(name: string): string {
  return name.replaceAll(/[_-]/g, '').toUpperCase().toLowerCase();
}

const PLAIN_UNTRUSTED: ReadonlySet<string> = new Set(OPERATOR_MEMBERS.map(plainName));

/** The names of a body's members that are not passed to a provider whose `passMembers` are these. */
export function untrustedMembers(body: JsonObject, passMembers: readonly string[] = []): readonly string[] {
  return Object.keys(body).filter((name) => PLAIN_UNTRUSTED.has(plainName(name)) && !passMembers.includes(name));
}

/** A prompt without the members that are not passed. */
export function trustedPrompt(prompt: Prompt, passMembers: readonly string[] | undefined): Prompt {
  const { original } = prompt;
  const untrusted = untrustedMembers(original.body, passMembers);
  return untrusted.length === 0
    ? prompt
    : { ...prompt, original: { ...original, body: withoutMembers(original.body, untrusted) } };
}

/** A body without the members of these names. */
export function withoutMembers<Body extends JsonObject>(body: Body, names: readonly string[]): Body {
  // What is left out has no type in any body.
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name))) as Body;
}
