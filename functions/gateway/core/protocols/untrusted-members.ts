import type { Dialect } from '../model/dialect.ts';
import { AMOUNT_MEMBERS, OPERATOR_MEMBERS, OPERATOR_PREFIXES } from '../model/operator-members.ts';
import type { Prompt } from '../model/prompt.ts';
import type { JsonObject } from '../wire/json.ts';

/** However a name is written: servers have `api_base`, `apiBase` and `api-base` for one thing. */
function plainName(name: string): string {
  return name.replaceAll(/[_-]/g, '').toUpperCase().toLowerCase();
}

const PLAIN_UNTRUSTED: ReadonlySet<string> = new Set(OPERATOR_MEMBERS.map(plainName));

const PLAIN_PREFIXES = OPERATOR_PREFIXES.map(plainName);

const PLAIN_AMOUNTS: ReadonlySet<string> = new Set(AMOUNT_MEMBERS.map(plainName));

/** By which members each API says how much it asks for. What is reserved and charged goes by these. */
const OWN_AMOUNTS: Readonly<Record<Dialect, readonly string[]>> = {
  'openai-chat': ['n', 'max_tokens', 'max_completion_tokens'],
  'openai-responses': ['max_output_tokens'],
  'anthropic-messages': ['max_tokens'],
  gemini: [],
  'bedrock-converse': [],
};

/**
 * The names of a body's members that are not passed to a provider whose `passMembers` are these: the operator's, and another API's names for
 * how much is asked for, which a server may read beside those of this one. `dialect`: of the body; absent: one that asks for no text.
 */
export function untrustedMembers(
  body: JsonObject,
  { passMembers = [], dialect }: { readonly passMembers?: readonly string[] | undefined; readonly dialect?: Dialect },
): readonly string[] {
  const own = dialect === undefined ? [] : OWN_AMOUNTS[dialect];
  const isUntrusted = (name: string): boolean =>
    isOperators(plainName(name)) || (PLAIN_AMOUNTS.has(plainName(name)) && !own.includes(name));
  return Object.keys(body).filter((name) => isUntrusted(name) && !passMembers.includes(name));
}

function isOperators(plain: string): boolean {
  return PLAIN_UNTRUSTED.has(plain) || PLAIN_PREFIXES.some((prefix) => plain.startsWith(prefix));
}

/** A prompt without the members that are not passed. */
export function trustedPrompt(prompt: Prompt, passMembers: readonly string[] | undefined): Prompt {
  const { original } = prompt;
  const untrusted = untrustedMembers(original.body, { passMembers, dialect: original.dialect });
  return untrusted.length === 0
    ? prompt
    : { ...prompt, original: { ...original, body: withoutMembers(original.body, untrusted) } };
}

/** A body without the members of these names. */
export function withoutMembers<Body extends JsonObject>(body: Body, names: readonly string[]): Body {
  // What is left out has no type in any body.
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name))) as Body;
}
