import type { Part } from '../model/part.ts';
import { kindsOf, type Prompt } from '../model/prompt.ts';
import { arrayMember, isJsonObject, type JsonObject, objectMember, stringMember } from '../wire/json.ts';
import { isOperators, plainName } from './untrusted-members.ts';

/** Something of the operator's, or an address or a credential, that a request names where its meaning is not to be left out. */
export interface NamedResource {
  /** The name by which a provider's `passMembers` lets it pass. */
  readonly name: string;
  /** Another such name: of the tool that it is a part of. */
  readonly tool?: string;
  /** Where the caller wrote it. */
  readonly path: string;
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
    ...(original.body.tools === undefined ? [] : ofTools(arrayMember(original.body, 'tools'))),
    ...tools.flatMap((tool) => (tool.kind === 'native' ? ofTool(tool.native.value, tool.path) : [])),
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

/** Members of tools that name a model, an address, a credential or something of the account's. */
const IN_TOOLS: ReadonlySet<string> = new Set(
  [
    ...['model', 'server_url', 'authorization_token', 'connector_id', 'file_id', 'file_ids', 'vector_store_ids'],
    ...['vector_store_id', 'container_id', 'skill_id', 'environment_id', 'knowledge_base_id', 'datastore', 'corpus'],
  ].map(plainName),
);
/** What a caller's own function is told of: data, not settings. */
const DATA: ReadonlySet<string> = new Set([
  ...[
    'parameters',
    'input_schema',
    'inputSchema',
    'schema',
    'json_schema',
    'output_schema',
    'format',
    'input_examples',
  ],
  ...['description', 'name', 'filters', 'user_location', 'cache_control', 'allowed_tools', 'allowed_callers'],
]);

function ofTools(tools: readonly unknown[]): readonly NamedResource[] {
  return tools.flatMap((tool, index) => (isJsonObject(tool) ? ofTool(tool, `tools[${index}]`) : []));
}

function ofTool(tool: JsonObject, path: string): readonly NamedResource[] {
  const type = stringMember(tool, 'type')?.replace(/_\d+$/, '');
  const container = stringMember(tool, 'container');
  const own = container === undefined ? [] : [{ name: 'container', path: `${path}.container` }];
  return [...own, ...within(tool, path)].map((one) => (type === undefined ? one : { ...one, tool: type }));
}

/** Members of these names, however deep. What is nested deeper than a body may be has been refused. */
function within(value: unknown, path: string): readonly NamedResource[] {
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => within(one, `${path}[${index}]`));
  }
  if (!isJsonObject(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([name, inner]) => {
    const place = `${path}.${name}`;
    if (isNamed(name) && (inner ?? null) !== null) {
      return [{ name, path: place }];
    }
    return DATA.has(name) ? [] : within(inner, place);
  });
}

function isNamed(name: string): boolean {
  const plain = plainName(name);
  return IN_TOOLS.has(plain) || isOperators(plain);
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
