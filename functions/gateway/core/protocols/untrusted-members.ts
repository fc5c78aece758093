import type { Dialect } from '../model/dialect.ts';
import { AMOUNT_MEMBERS, OPERATOR_MEMBERS, OPERATOR_PREFIXES } from '../model/operator-members.ts';
import type { Prompt } from '../model/prompt.ts';
import { changedItems, isJsonObject, type JsonObject } from '../wire/json.ts';

/** However a name is written: servers have `api_base`, `apiBase` and `api-base` for one thing. */
export function plainName(name: string): string {
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
function untrustedMembers(
  body: JsonObject,
  { passMembers = [], dialect }: { readonly passMembers?: readonly string[] | undefined; readonly dialect?: Dialect },
): readonly string[] {
  const own = dialect === undefined ? [] : OWN_AMOUNTS[dialect];
  const isUntrusted = (name: string): boolean => {
    const plain = plainName(name);
    return isOperators(plain) || (PLAIN_AMOUNTS.has(plain) && !own.includes(name));
  };
  return Object.keys(body).filter((name) => !USUAL.has(name) && isUntrusted(name) && !passMembers.includes(name));
}

/** Members that nearly every request has, and that are the caller's own. */
const USUAL: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'system', 'input', 'instructions', 'stream', 'stream_options', 'temperature', 'top_p'],
  ...['tools', 'tool_choice', 'parallel_tool_calls', 'response_format', 'text', 'reasoning', 'reasoning_effort'],
]);

/** Whether a plain name means something else than the answer to a server that trusts the operator. */
export function isOperators(plain: string): boolean {
  return PLAIN_UNTRUSTED.has(plain) || PLAIN_PREFIXES.some((prefix) => plain.startsWith(prefix));
}

/** A body without what is not passed, and the names of that. */
export interface Trusted<Body> {
  readonly body: Body;
  readonly dropped: readonly string[];
}

/** A body without the members that `untrustedMembers` names, and without the operator's within members that nobody here knows and labels. */
export function trustedBody<Body extends JsonObject>(
  body: Body,
  rules: Parameters<typeof untrustedMembers>[1],
): Trusted<Body> {
  const isFlat = Object.keys(body).every((name) => READ_HERE.has(name) || typeof body[name] !== 'object');
  const names = Object.keys(body).every((name) => USUAL.has(name)) ? [] : untrustedMembers(body, rules);
  if (names.length === 0 && isFlat) {
    return { body, dropped: [] };
  }
  const nested: string[] = [];
  const entries = Object.entries(body)
    .filter(([name]) => !names.includes(name))
    .map(([name, value]) => {
      const isWhole = READ_HERE.has(name) || (rules.passMembers ?? []).includes(name);
      return [name, isWhole ? value : trustedWithin(value, name, { ...rules, nested })];
    });
  // What is left out has no type in any body.
  return names.length + nested.length === 0
    ? { body, dropped: [] }
    : { body: Object.fromEntries(entries) as Body, dropped: [...names, ...nested] };
}

/** Members whose form is known: what stands within them is the prompt, a schema or a setting of the answer. Tools are looked at apart. */
const READ_HERE: ReadonlySet<string> = new Set([
  ...['messages', 'system', 'input', 'instructions', 'prompt', 'suffix', 'tools', 'tool_choice', 'functions'],
  ...['function_call', 'response_format', 'format', 'text', 'reasoning', 'thinking', 'output_config', 'output_format'],
  ...['stream_options', 'logit_bias', 'audio', 'prediction', 'web_search_options', 'context_management'],
  ...['mcp_servers', 'container', 'cache_control', 'stop', 'stop_sequences', 'modalities', 'include'],
]);

interface Within {
  readonly passMembers?: readonly string[] | undefined;
  /** Names of what has been left out so far. */
  readonly nested: string[];
}

function trustedWithin(value: unknown, path: string, within: Within): unknown {
  if (Array.isArray(value)) {
    return changedItems<unknown>(value, (one) => trustedWithin(one, path, within));
  }
  if (!isJsonObject(value) || Object.keys(value).length === 0) {
    return value;
  }
  const kept = Object.entries(value).filter(([name, inner]) => {
    // The caller's labels are texts, whatever their names.
    const isLabel = path === 'metadata' && typeof inner !== 'object';
    const isKept = isLabel || !isOperatorsWithin(name) || (within.passMembers ?? []).includes(name);
    if (!isKept) {
      within.nested.push(`${path}.${name}`);
    }
    return isKept;
  });
  return Object.fromEntries(kept.map(([name, inner]) => [name, trustedWithin(inner, `${path}.${name}`, within)]));
}

function isOperatorsWithin(name: string): boolean {
  const plain = plainName(name);
  return plain === 'model' || isOperators(plain);
}

/** A prompt without what is not passed, and the names of that. */
export function trustedPrompt(
  prompt: Prompt,
  passMembers: readonly string[] | undefined,
): { readonly prompt: Prompt; readonly dropped: readonly string[] } {
  const { original, metadata } = prompt;
  const { body, dropped } = trustedBody(original.body, { passMembers, dialect: original.dialect });
  if (body === original.body) {
    return { prompt, dropped };
  }
  const labels = trustedWithin(metadata, 'metadata', { passMembers, nested: [] });
  const trusted = { ...prompt, ...(isJsonObject(labels) && { metadata: labels }), original: { ...original, body } };
  return { prompt: trusted, dropped };
}
