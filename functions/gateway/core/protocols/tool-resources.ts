import { isOperators, plainName } from '../model/operator-members.ts';
import { isJsonObject, type JsonObject, stringMember } from '../wire/json.ts';

/** Something of the operator's, or an address or a credential, that a request names where its meaning is not to be left out. */
export interface NamedResource {
  /** The name by which a provider's `passMembers` lets it pass. */
  readonly name: string;
  /** Another such name: of the tool that it is a part of. */
  readonly tool?: string;
  /** Where the caller wrote it. */
  readonly path: string;
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

/** What the tools of a body name of the operator's: other models, addresses, credentials, and files of the account. */
export function namedInTools(tools: readonly unknown[]): readonly NamedResource[] {
  return tools.flatMap((tool, index) => (isJsonObject(tool) ? namedInTool(tool, `tools[${index}]`) : []));
}

/** The same of one tool. `path`: where the caller wrote it. */
export function namedInTool(tool: JsonObject, path: string): readonly NamedResource[] {
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
