import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import type { FunctionTool, Tool, ToolUse } from '../../model/prompt.ts';
import { arrayMember, isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { type CallableTool, callableTools, declaredTools, type ToolNames } from './tool-names.ts';

/**
 * The tools of a request in neutral form: functions, those of namespaces by their flat names, and custom tools as functions of one
 * string. Tools that OpenAI itself carries out stay native.
 */
export function toolsOf(body: JsonObject): readonly Tool[] {
  const functions = callableTools(body).map(functionOf);
  const builtIn = declaredTools(body).filter(({ tool }) => !CALLED_BY_CALLER.includes(String(tool.type)));
  const hasFunctions = functions.length > 0;
  return [
    ...functions,
    ...builtIn.map(({ tool, path }) => {
      const what = stringMember(tool, 'type') ?? '';
      const ifForeign = hasFunctions && OF_AGENTS.test(what) ? ('drop' as const) : ('refuse' as const);
      return { kind: 'native' as const, what, path, native: native(tool, ifForeign) };
    }),
  ];
}

const CALLED_BY_CALLER: readonly string[] = ['function', 'custom', 'namespace'];

/** Tools that agents declare in every request, and do without. Where a request has no other tool, it is for their sake. */
const OF_AGENTS = /^(?:web_search|tool_search|image_generation)/;

function native(value: JsonObject, ifForeign: Native['ifForeign']): Native {
  return { dialect: 'openai-responses', value, ifForeign };
}

function functionOf({ tool, path, flatName, isCustom }: CallableTool): FunctionTool {
  const description = stringMember(tool, 'description');
  const base = { kind: 'function', name: flatName, path, namePath: `${path}.name` } as const;
  if (isCustom) {
    return { ...base, schema: textSchema(tool), ...defined({ description }) };
  }
  const strict = typeof tool.strict === 'boolean' ? tool.strict : undefined;
  return { ...base, ...defined({ description, schema: objectMember(tool, 'parameters'), strict }) };
}

/** One string. A grammar is told in words: who has no custom tools cannot be held to it. */
function textSchema(tool: JsonObject): JsonObject {
  const format = objectMember(tool, 'format');
  const definition = stringMember(format, 'definition');
  const syntax = stringMember(format, 'syntax') ?? 'the';
  const description =
    definition === undefined ? 'The text for the tool.' : `Text that follows this ${syntax} grammar:\n${definition}`;
  return {
    type: 'object',
    properties: { input: { type: 'string', description } },
    required: ['input'],
    additionalProperties: false,
  };
}

/** The caller's choice of tools. */
export function toolUseOf(choice: unknown, names: ToolNames): ToolUse | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') {
    return { mode: choice };
  }
  if (!isJsonObject(choice)) {
    return undefined;
  }
  const name = flatNameOf(choice, names);
  if (name !== undefined) {
    return { mode: 'one', name };
  }
  return allowedTools(choice, names) ?? { mode: 'native', native: native(choice, 'refuse') };
}

function flatNameOf(choice: unknown, names: ToolNames): string | undefined {
  const type = stringMember(choice, 'type');
  const name = stringMember(choice, 'name');
  return name !== undefined && (type === 'function' || type === 'custom')
    ? names.flat(name, stringMember(choice, 'namespace'))
    : undefined;
}

function allowedTools(choice: JsonObject, names: ToolNames): ToolUse | undefined {
  if (choice.type !== 'allowed_tools') {
    return undefined;
  }
  const known = arrayMember(choice, 'tools').map((tool) => flatNameOf(tool, names));
  const only = known.filter((name) => name !== undefined);
  const isKnown = only.length > 0 && only.length === known.length;
  return isKnown ? { mode: choice.mode === 'required' ? 'required' : 'auto', only } : undefined;
}
