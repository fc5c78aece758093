import { defined } from '../../model/defined.ts';
import { arrayMember, isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';

/** A tool that the caller can be asked to call, by itself or in a namespace. */
export interface CallableTool {
  readonly tool: JsonObject;
  readonly path: string;
  readonly name: string;
  readonly namespace?: string;
  /** Whether it takes text and no JSON. */
  readonly isCustom: boolean;
  /** What vendors without namespaces know it by. */
  readonly flatName: string;
}

/** Every tool of a request with its path: the members of `tools`, and those that items of the input add. */
export function declaredTools(body: JsonObject): readonly { readonly tool: JsonObject; readonly path: string }[] {
  const lists = arrayMember(body, 'input').map((item, index) =>
    ADDING_ITEMS.includes(stringMember(item, 'type') ?? '')
      ? placed(arrayMember(item, 'tools'), `input[${index}].tools`)
      : [],
  );
  return [...placed(arrayMember(body, 'tools'), 'tools'), ...lists.flat()];
}

const ADDING_ITEMS: readonly string[] = ['additional_tools', 'tool_search_output'];

function placed(tools: readonly unknown[], path: string): { readonly tool: JsonObject; readonly path: string }[] {
  return tools.flatMap((tool, index) => (isJsonObject(tool) ? [{ tool, path: `${path}[${index}]` }] : []));
}

/** The tools of a request that the caller carries out. Those of namespaces are named `namespace__name`; each has a name of its own. */
export function callableTools(body: JsonObject): readonly CallableTool[] {
  const taken = new Set<string>();
  return declaredTools(body).flatMap(({ tool, path }) => {
    const namespace = tool.type === 'namespace' ? stringMember(tool, 'name') : undefined;
    const members = namespace === undefined ? [{ tool, path }] : placed(arrayMember(tool, 'tools'), `${path}.tools`);
    return members.flatMap((member) => callable(member, namespace, taken));
  });
}

function callable(
  { tool, path }: { readonly tool: JsonObject; readonly path: string },
  namespace: string | undefined,
  taken: Set<string>,
): readonly CallableTool[] {
  const name = stringMember(tool, 'name');
  if (name === undefined || (tool.type !== 'function' && tool.type !== 'custom')) {
    return [];
  }
  const flatName = freeName(joinedName(name, namespace), taken);
  taken.add(flatName);
  const isCustom = tool.type === 'custom';
  return [{ tool, path, name, isCustom, flatName, ...defined({ namespace }) }];
}

function joinedName(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}__${name}`;
}

/** The name itself, but for one that another tool has: then with a number. Protocols shorten what is too long for their vendor. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free) && count <= taken.size + 2; count += 1) {
    free = `${name}_${count}`;
  }
  return free;
}

/** The names of a request's tools in both directions. */
export interface ToolNames {
  /** What a vendor knows the caller's tool by. */
  readonly flat: (name: string, namespace: string | undefined) => string;
  /** The caller's tool that a vendor calls so; `undefined` for a name that no tool has. */
  readonly callable: (flatName: string) => CallableTool | undefined;
}

/** The names of the tools of `body`. */
export function toolNames(body: JsonObject): ToolNames {
  const tools = callableTools(body);
  const byFlatName = new Map(tools.map((tool) => [tool.flatName, tool]));
  const byOwnName = new Map(tools.map((tool) => [ownName(tool.name, tool.namespace), tool.flatName]));
  return {
    flat: (name, namespace) => byOwnName.get(ownName(name, namespace)) ?? joinedName(name, namespace),
    callable: (flatName) => byFlatName.get(flatName),
  };
}

function ownName(name: string, namespace: string | undefined): string {
  return JSON.stringify([namespace, name]);
}
