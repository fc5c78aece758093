import type { BegunPart } from '../../model/answer-event.ts';
import { nativeValue } from '../../model/dialect.ts';
import { type JsonObject, parseJson, stringMember } from '../../wire/json.ts';
import type { OutputItems } from './output-items.ts';
import type { ResponseEvents } from './response-events.ts';
import type { ToolNames } from './tool-names.ts';

/** One call of a tool while it grows. */
export interface CallWriter {
  readonly add: (text: string) => void;
  readonly end: () => void;
  /** The answer broke off: the call stands as far as its deltas went out. */
  readonly cut: () => void;
}

type BegunCall = Extract<BegunPart, { kind: 'tool-call' }>;

/** A call begins, under the caller's own name for the tool and in the form of its kind. */
export function callWriter(
  items: OutputItems,
  { emit }: ResponseEvents,
  names: ToolNames,
  begins: BegunCall,
): CallWriter {
  const { form, members, isWrapped } = shapeOf(begins, names);
  const item = items.begin(form.prefix, {
    ...members,
    type: form.type,
    status: 'in_progress',
    call_id: begins.id,
    [form.text]: '',
  });
  const place = { item_id: item.id, output_index: item.index };
  const pieces: string[] = [];
  const delta = (text: string): void => emit(`response.${form.event}.delta`, { ...place, delta: text });
  return {
    add: (text) => {
      pieces.push(text);
      if (!isWrapped) {
        delta(text);
      }
    },
    end: () => {
      const text = isWrapped ? unwrapped(pieces.join('')) : pieces.join('');
      if (isWrapped && text !== '') {
        delta(text);
      }
      emit(`response.${form.event}.done`, { ...place, [form.text]: text });
      items.finish(item, { ...item.value, status: statusOf(form, text), [form.text]: text });
    },
    cut: () => items.cut(item, { [form.text]: isWrapped ? '' : pieces.join('') }),
  };
}

const FUNCTION = { type: 'function_call', prefix: 'fc', text: 'arguments', event: 'function_call_arguments' } as const;
const CUSTOM = { type: 'custom_tool_call', prefix: 'ctc', text: 'input', event: 'custom_tool_call_input' } as const;

interface CallShape {
  readonly form: typeof FUNCTION | typeof CUSTOM;
  readonly members: JsonObject;
  /** Whether the text of a custom tool comes as the one argument of a function. */
  readonly isWrapped: boolean;
}

/** OpenAI's own call is in the caller's words already. */
function shapeOf({ name, isCustom, native }: BegunCall, names: ToolNames): CallShape {
  const own = nativeValue(native, 'openai-responses');
  if (own !== undefined) {
    return { form: isCustom === true ? CUSTOM : FUNCTION, members: { ...own, name }, isWrapped: false };
  }
  const tool = names.callable(name);
  const members = {
    name: tool?.name ?? name,
    ...(tool?.namespace !== undefined && { namespace: tool.namespace }),
    ...signatureMembers(native),
  };
  const takesText = isCustom === true || tool?.isCustom === true;
  return { form: takesText ? CUSTOM : FUNCTION, members, isWrapped: takesText && isCustom !== true };
}

/** Google's thought signature, in the place where Google's OpenAI endpoint has it. Source: ai.google.dev/gemini-api/docs/thought-signatures. */
function signatureMembers(native: BegunCall['native']): JsonObject {
  const signature = stringMember(nativeValue(native, 'gemini'), 'thoughtSignature');
  return signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };
}

/** Arguments that break off were cut by the limit of the answer's length. */
function statusOf({ type }: CallShape['form'], text: string): 'completed' | 'incomplete' {
  return type === 'custom_tool_call' || parseJson(text) !== undefined ? 'completed' : 'incomplete';
}

/** The text in `{"input": text}`; anything else as it is, for the tool to complain about. */
function unwrapped(json: string): string {
  return stringMember(parseJson(json), 'input') ?? json;
}
