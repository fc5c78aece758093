import type { Dialect } from '../model/dialect.ts';
import { AMOUNT_MEMBERS, isOperators, plainName } from '../model/operator-members.ts';
import type { Part } from '../model/part.ts';
import { kindsOf, type Prompt } from '../model/prompt.ts';
import { arrayMember, changedItems, isJsonObject, type JsonObject, objectMember, stringMember } from '../wire/json.ts';
import { type NamedResource, namedInTool, namedInTools } from './tool-resources.ts';

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

/** The first of a request's resources that a provider with these `passMembers` is not to be sent; `undefined`: none. */
export function unlistedResource(
  named: readonly NamedResource[],
  passMembers: readonly string[] = [],
): NamedResource | undefined {
  return named.find(
    ({ name, tool }) => !passMembers.includes(name) && !(tool !== undefined && passMembers.includes(tool)),
  );
}

/** Why it is refused, and what to do. */
export function resourceMessage({ name, tool, path }: NamedResource): string {
  const names =
    tool === undefined || tool === name ? JSON.stringify(name) : `${JSON.stringify(name)} or ${JSON.stringify(tool)}`;
  return `${path} names something of the operator's, or another model, address or credential. It passes where the operator lists ${names} in passMembers of a provider.`;
}

/**
 * What a request names of the operator's: uploaded files, stores, containers and prompts that the operator's account has at the vendor, files
 * at addresses that the operator's rights open, and, within tools, other models, addresses and credentials. Leaving one out would make another
 * answer.
 */
export function namedResources(prompt: Prompt): readonly NamedResource[] {
  const { turns, tools, original } = prompt;
  const kinds = kindsOf(turns);
  return [
    ...(kinds.has('media') || kinds.has('opaque') ? turns.flatMap(({ parts }) => parts.flatMap(ofPart)) : []),
    ...(original.body.tools === undefined ? [] : namedInTools(arrayMember(original.body, 'tools'))),
    ...tools.flatMap((tool) => (tool.kind === 'native' ? namedInTool(tool.native.value, tool.path) : [])),
    ...(OF_BODIES.some((name) => original.body[name] !== undefined) ? ofBody(prompt) : []),
  ];
}

/** Addresses that a vendor reads with the rights of the operator's account: buckets, and files of Google's Files API. */
const OF_ACCOUNT = /^(?:gs|s3):|^https?:\/\/generativelanguage\.googleapis\.com\//i;
/** What only the vendor itself writes into a conversation. */
const OF_VENDOR = /_call$|tool_use$|tool_result$/;

function ofPart(part: Part): readonly NamedResource[] {
  switch (part.kind) {
    case 'media':
      return ofSource(part);
    case 'tool-result':
      return part.parts.flatMap(ofPart);
    case 'opaque':
      return OF_VENDOR.test(part.what) ? [] : ofFileId(part.native.value, part.path);
    default:
      return [];
  }
}

function ofSource({ source, path }: Extract<Part, { kind: 'media' }>): readonly NamedResource[] {
  if (source.kind === 'uploaded') {
    return [{ name: 'file_id', path }];
  }
  return source.kind === 'url' && OF_ACCOUNT.test(source.url.trim()) ? [{ name: 'file_uri', path }] : [];
}

function ofFileId(value: JsonObject, path: string): readonly NamedResource[] {
  const inner = Object.values(value).filter(isJsonObject);
  return [value, ...inner].some((one) => 'file_id' in one) ? [{ name: 'file_id', path }] : [];
}

/** Members of a body that may name something. */
const OF_BODIES: readonly string[] = ['mcp_servers', 'prompt', 'container'];

/** Of the body itself: what the vendor's own APIs have there. */
function ofBody({ original: { body, dialect } }: Prompt): readonly NamedResource[] {
  const named: NamedResource[] = [];
  if (arrayMember(body, 'mcp_servers').length > 0) {
    named.push({ name: 'mcp_servers', path: 'mcp_servers' });
  }
  if (dialect === 'openai-responses' && objectMember(body, 'prompt') !== undefined) {
    named.push({ name: 'prompt', path: 'prompt' });
  }
  return isOfAccount(body.container) ? [...named, { name: 'container', path: 'container' }] : named;
}

/** One that has been made before, or with skills that are not the vendor's own. */
function isOfAccount(container: unknown): boolean {
  if (typeof container === 'string') {
    return true;
  }
  const isOthers = (skill: unknown): boolean => stringMember(skill, 'type') !== 'anthropic';
  return stringMember(container, 'id') !== undefined || arrayMember(container, 'skills').some(isOthers);
}
