import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import type { Part, ToolCallPart } from '../../model/part.ts';
import type { Turn } from '../../model/prompt.ts';
import { arrayMember, isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { contentOf } from './read-content.ts';
import { proofOf } from './reasoning-proof.ts';
import type { ToolNames } from './tool-names.ts';

/** The instructions and the input of a request as turns. Items that the model made in a row are one turn, as they were one answer. */
export function turnsOf(body: JsonObject, names: ToolNames): readonly Turn[] {
  const turns: Turn[] = instructionsOf(body);
  if (typeof body.input === 'string') {
    return [...turns, { role: 'user', path: 'input', parts: [{ kind: 'text', text: body.input, path: 'input' }] }];
  }
  const items = arrayMember(body, 'input').map((item, index) =>
    isJsonObject(item) ? turnOf(item, `input[${index}]`, names) : undefined,
  );
  return mergedAnswers([...turns, ...items.filter((turn) => turn !== undefined)]);
}

function instructionsOf(body: JsonObject): Turn[] {
  const text = stringMember(body, 'instructions') ?? '';
  const path = 'instructions';
  return text === '' ? [] : [{ role: 'instructions', path, parts: [{ kind: 'text', text, path }] }];
}

function mergedAnswers(turns: readonly Turn[]): readonly Turn[] {
  const merged: { readonly role: Turn['role']; readonly path: string; readonly parts: Part[] }[] = [];
  for (const turn of turns) {
    const last = merged.at(-1);
    if (last?.role === 'assistant' && turn.role === 'assistant') {
      for (const part of turn.parts) {
        last.parts.push(part);
      }
    } else {
      merged.push({ ...turn, parts: [...turn.parts] });
    }
  }
  return merged;
}

/** `undefined` for an item that says nothing by itself. */
function turnOf(item: JsonObject, path: string, names: ToolNames): Turn | undefined {
  switch (item.type ?? 'message') {
    case 'message':
      return { role: roleOf(item), path, parts: contentOf(item, 'content', path) };
    case 'function_call':
    case 'custom_tool_call':
      return { role: 'assistant', path, parts: [callOf(item, path, names)] };
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { role: 'user', path, parts: [resultOf(item, path)] };
    case 'reasoning':
      return { role: 'assistant', path, parts: [reasoningOf(item, path)] };
    case 'additional_tools':
      return undefined;
    default:
      return opaqueTurn(item, path);
  }
}

function roleOf(item: JsonObject): Turn['role'] {
  switch (item.role) {
    case 'system':
    case 'developer':
      return 'instructions';
    case 'assistant':
      return 'assistant';
    default:
      return 'user';
  }
}

/** A custom tool is a function of one string to those without such tools: so are the calls of it. */
function callOf(item: JsonObject, path: string, names: ToolNames): ToolCallPart {
  const isCustom = item.type === 'custom_tool_call';
  const member = isCustom ? 'input' : 'arguments';
  const text = stringMember(item, member) ?? '';
  return {
    kind: 'tool-call',
    id: stringMember(item, 'call_id') ?? '',
    name: names.flat(stringMember(item, 'name') ?? '', stringMember(item, 'namespace')),
    input: isCustom ? JSON.stringify({ input: text }) : text,
    inputPath: `${path}.${member}`,
    path,
    ...defined({ native: geminiSignature(item) }),
  };
}

/** The thought signature that Gemini gave with a call, in the place where Google's OpenAI endpoint has it. */
function geminiSignature(item: JsonObject): Native | undefined {
  const google = objectMember(objectMember(item, 'extra_content'), 'google');
  const signature = stringMember(google, 'thought_signature') ?? '';
  return signature === ''
    ? undefined
    : { dialect: 'gemini', value: { thoughtSignature: signature }, ifForeign: 'ignore' };
}

function resultOf(item: JsonObject, path: string): Part {
  return {
    kind: 'tool-result',
    id: stringMember(item, 'call_id') ?? '',
    idPath: `${path}.call_id`,
    parts: contentOf(item, 'output', path),
    isError: false,
    path,
  };
}

function reasoningOf(item: JsonObject, path: string): Part {
  const shown = [...arrayMember(item, 'summary'), ...arrayMember(item, 'content')];
  const text = shown.flatMap((part) => stringMember(part, 'text') ?? []).join('\n\n');
  return { kind: 'reasoning', text, path, ...defined({ proof: proofOf(item) }) };
}

/** Calls of tools that OpenAI, or the caller in OpenAI's ways, carries out. Whatever else there is, as a compacted conversation, cannot be left out. */
const BUILT_IN =
  /^(?:web_search|file_search|tool_search|image_generation|computer|code_interpreter|mcp|item_reference|local_shell|shell|apply_patch)/;

function opaqueTurn(item: JsonObject, path: string): Turn {
  const what = stringMember(item, 'type') ?? '';
  const ifForeign = BUILT_IN.test(what) ? 'drop' : 'refuse';
  const native = { dialect: 'openai-responses', value: item, ifForeign } as const;
  const role = what.endsWith('_output') || what === 'mcp_approval_response' ? 'user' : 'assistant';
  return { role, path, parts: [{ kind: 'opaque', what, native, path }] };
}
