import { defined } from '../../model/defined.ts';
import { nativeValue } from '../../model/dialect.ts';
import type { Tool, ToolUse } from '../../model/prompt.ts';
import { type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';

/** The tools of a prompt of another dialect. A schema binds only where that was asked for: without a word OpenAI takes it for binding. */
export function responsesTools(tools: readonly Tool[], notes: EncodingNotes): readonly JsonObject[] {
  return tools.flatMap((tool) => toolOf(tool, notes));
}

function toolOf(tool: Tool, notes: EncodingNotes): readonly JsonObject[] {
  if (tool.kind === 'function') {
    const { name, description, schema, strict = false } = tool;
    const parameters = schema ?? { type: 'object', properties: {} };
    return [{ type: 'function', name, ...defined({ description }), parameters, strict }];
  }
  const own = nativeValue(tool.native, 'openai-responses') ?? customTool(nativeValue(tool.native, 'openai-chat'));
  if (own === undefined && tool.native.ifForeign === 'refuse') {
    notes.refuse(tool.path, `The Responses API has no tool of type "${tool.what}".`);
  } else if (own === undefined && tool.native.ifForeign === 'drop') {
    notes.dropMember(tool.what);
  }
  return own === undefined ? [] : [own];
}

/** A custom tool of chat, whose members stand one level deeper. */
function customTool(tool: JsonObject | undefined): JsonObject | undefined {
  const custom = tool?.type === 'custom' ? objectMember(tool, 'custom') : undefined;
  if (custom === undefined) {
    return undefined;
  }
  const format = objectMember(custom, 'format');
  const grammar = objectMember(format, 'grammar');
  return {
    type: 'custom',
    ...custom,
    ...(grammar !== undefined && { format: { type: 'grammar', ...grammar } }),
  };
}

/** The choice of tools of a prompt of another dialect. */
export function responsesToolChoice(use: ToolUse | undefined, notes: EncodingNotes): unknown {
  switch (use?.mode) {
    case undefined:
      return undefined;
    case 'one':
      return { type: 'function', name: use.name };
    case 'native':
      return ownChoice(use, notes);
    case 'auto':
    case 'none':
    case 'required':
      return use.only === undefined
        ? use.mode
        : {
            type: 'allowed_tools',
            mode: use.mode === 'required' ? 'required' : 'auto',
            tools: use.only.map((name) => ({ type: 'function', name })),
          };
  }
}

function ownChoice({ native }: Extract<ToolUse, { mode: 'native' }>, notes: EncodingNotes): unknown {
  const chat = nativeValue(native, 'openai-chat');
  const name = stringMember(objectMember(chat, 'custom'), 'name');
  if (chat?.type === 'custom' && name !== undefined) {
    return { type: 'custom', name };
  }
  notes.refuseSetting('toolUse', 'The Responses API does not know this choice of tools.');
  return undefined;
}
