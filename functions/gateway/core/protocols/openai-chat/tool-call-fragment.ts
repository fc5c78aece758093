import type { Native } from '../../model/dialect.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  numberMember,
  objectMember,
  stringMember,
} from '../../wire/json.ts';

/** One piece of a tool call as an OpenAI-shaped server sends it. */
export interface ToolCallFragment {
  /** The server's number for the call, where it has one. */
  readonly index: number | undefined;
  /** `""` where absent. */
  readonly id: string;
  /** `""` where absent: later pieces have none. */
  readonly name: string;
  /** A piece of the arguments' JSON text. */
  readonly text: string;
  /** Set where the text is that of a custom tool. */
  readonly isCustom: true | undefined;
  /** Members beside the known ones, as `extra_content` of Google's. */
  readonly native: Native | undefined;
}

/** The tool-call pieces of a delta or message, the legacy `function_call` among them. */
export function toolCallFragments(delta: JsonObject): readonly ToolCallFragment[] {
  const legacy = objectMember(delta, 'function_call');
  const calls = arrayMember(delta, 'tool_calls').filter(isJsonObject).map(toFragment);
  return legacy === undefined ? calls : [...calls, toFragment({ function: legacy })];
}

function toFragment(call: JsonObject): ToolCallFragment {
  const { index: _, id: __, type, function: called, custom, ...extra } = call;
  const isCustom = type === 'custom';
  return {
    index: numberMember(call, 'index'),
    id: stringMember(call, 'id') ?? '',
    name: stringMember(isCustom ? custom : called, 'name') ?? '',
    text: argumentsText(isJsonObject(called) ? called.arguments : stringMember(custom, 'input')),
    isCustom: isCustom ? true : undefined,
    native: nativeOf(extra),
  };
}

/** Arguments are JSON text; some servers send the object itself, or null for none. */
function argumentsText(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  return isJsonObject(value) ? JSON.stringify(value) : '';
}

function nativeOf(members: JsonObject): Native | undefined {
  const isEmpty = Object.keys(members).length === 0;
  return isEmpty ? undefined : { dialect: 'openai-chat', value: members, ifForeign: 'ignore' };
}
