import { type Native, nativeValue } from '../../model/dialect.ts';
import type { FunctionTool, NativeTool, Prompt, ToolUse } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { type AskedForm, noteOwnName, useWithAnswer } from './answer-tool.ts';
import { geminiSchema } from './gemini-schema.ts';
import { presentMembers } from './present-members.ts';

/** `tools` and `toolConfig` of a prompt; neither where it has no tools. Source: ai.google.dev/gemini-api/docs/function-calling, 2026-11. */
export function geminiTools(prompt: Prompt, form: AskedForm, notes: EncodingNotes): JsonObject | undefined {
  const { tools } = prompt;
  noteOwnName(prompt, notes);
  const toolUse = form.kind === 'tool' ? useWithAnswer(prompt.toolUse) : prompt.toolUse;
  const isAnswerOffered = form.kind === 'tool' && !isForced(prompt.toolUse);
  const toolConfig = functionCallingConfig(toolUse, notes);
  if (tools.length === 0) {
    if (toolConfig !== undefined && toolConfig.mode !== 'AUTO' && toolConfig.mode !== 'NONE') {
      const { toolUse: choice, tools: list } = notes.names;
      notes.refuseSetting('toolUse', `${choice} asks for a tool call but there are no ${list}: add ${list}.`);
    }
    return undefined;
  }
  const functionDeclarations = [
    ...tools.flatMap((tool) => (tool.kind === 'function' ? [declaration(tool, notes)] : [])),
    ...(isAnswerOffered ? [form.declaration] : []),
  ];
  const natives = tools.flatMap((tool) => (tool.kind === 'native' ? nativeTool(tool, notes) : []));
  const sent = functionDeclarations.length === 0 ? natives : [{ functionDeclarations }, ...natives];
  return sent.length === 0
    ? undefined
    : presentMembers({ tools: sent, toolConfig: toolConfig && { functionCallingConfig: toolConfig } });
}

/** Where a call must be made, there is no answer to structure yet. */
function isForced(use: ToolUse | undefined): boolean {
  return use?.mode === 'required' || use?.mode === 'one';
}

/** `parametersJsonSchema` takes JSON Schema whole; the older `parameters` refuses `$ref`, `const`, `additionalProperties` and more. */
function declaration({ name, description, schema, strict }: FunctionTool, notes: EncodingNotes): JsonObject {
  if (strict === true) {
    notes.drop('strict');
  }
  return { name, ...presentMembers({ description, parametersJsonSchema: schema && geminiSchema(schema) }) };
}

/** One of Google's own stands beside the functions, word for word. */
function nativeTool(tool: NativeTool, notes: EncodingNotes): readonly JsonObject[] {
  const own = nativeValue(tool.native, 'gemini');
  if (own === undefined && tool.native.ifForeign === 'refuse') {
    notes.refuse(tool.path, 'Gemini takes tools of type function: leave out the others.');
  } else if (own === undefined && tool.native.ifForeign === 'drop') {
    notes.dropMember(tool.what);
  }
  return own === undefined ? [] : [own];
}

const MODES = { auto: 'AUTO', none: 'NONE', required: 'ANY' } as const;

/** Only ANY and VALIDATED (text or a call) take a list of names. */
function functionCallingConfig(use: ToolUse | undefined, notes: EncodingNotes): JsonObject | undefined {
  switch (use?.mode) {
    case undefined:
      return undefined;
    case 'one':
      return { mode: 'ANY', allowedFunctionNames: [use.name] };
    case 'native':
      return nativeChoice(use.native, notes);
    case 'auto':
    case 'none':
    case 'required':
      return use.only === undefined
        ? { mode: MODES[use.mode] }
        : { mode: use.mode === 'required' ? 'ANY' : 'VALIDATED', allowedFunctionNames: use.only };
  }
}

function nativeChoice(native: Native, notes: EncodingNotes): JsonObject | undefined {
  const own = nativeValue(native, 'gemini');
  if (own === undefined && native.ifForeign === 'refuse') {
    const message = `${notes.names.toolUse} must be auto, none, required, or name functions for Gemini to call.`;
    notes.refuseSetting('toolUse', message);
  } else if (own === undefined && native.ifForeign === 'drop') {
    notes.drop('toolUse');
  }
  return own;
}
