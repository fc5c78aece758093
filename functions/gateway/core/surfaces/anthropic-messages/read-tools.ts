import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import type { Tool } from '../../model/prompt.ts';
import { type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { toolsInForce } from './changed-tools.ts';
import { ownNative } from './own-native.ts';
import { cacheMarkOf } from './read-cache-mark.ts';

/**
 * The tools of a request. A tool of Anthropic's own beside functions is left out for other vendors, and named; without functions the
 * request makes no sense without it (as Claude Code's search of the web), and is refused there.
 */
export function toolsOf(body: JsonObject): readonly Tool[] {
  const tools = toolsInForce(body);
  const ifForeign = tools.some(({ tool }) => isFunction(tool)) ? 'drop' : 'refuse';
  return tools.map(({ tool, path }) =>
    isFunction(tool) ? functionTool(tool, path) : nativeTool(tool, path, ifForeign),
  );
}

function isFunction({ type = 'custom' }: JsonObject): boolean {
  return type === 'custom' || type === null;
}

/** A tool whose declaration is deferred is offered from the start where nobody can search for it. */
function functionTool(tool: JsonObject, path: string): Tool {
  return {
    kind: 'function',
    name: stringMember(tool, 'name') ?? '',
    path,
    namePath: `${path}.name`,
    ...defined({
      description: stringMember(tool, 'description'),
      schema: objectMember(tool, 'input_schema'),
      strict: typeof tool.strict === 'boolean' ? tool.strict : undefined,
      cache: cacheMarkOf(tool),
    }),
  };
}

function nativeTool(tool: JsonObject, path: string, otherwise: Native['ifForeign']): Tool {
  const what = stringMember(tool, 'type') ?? '';
  const known = IF_FOREIGN.find(([prefix]) => what.startsWith(prefix));
  return { kind: 'native', what, path, native: ownNative(tool, known?.[1] ?? otherwise) };
}

/** Tools whose loss does not depend on what stands beside them. */
const IF_FOREIGN: readonly (readonly [prefix: string, Native['ifForeign']])[] = [
  ['tool_search_tool_', 'ignore'],
  ['advisor_', 'drop'],
  ['computer_', 'refuse'],
];
