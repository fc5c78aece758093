import type { BegunPart } from '../../model/answer-event.ts';
import type { JsonObject } from '../../wire/json.ts';

/** Where a tool call keeps its name and its text: `{"function": {"name", "arguments"}}` or `{"custom": {"name", "input"}}`. */
export interface ToolCallForm {
  readonly type: 'function' | 'custom';
  readonly text: 'arguments' | 'input';
}

const FUNCTION: ToolCallForm = { type: 'function', text: 'arguments' };
const CUSTOM: ToolCallForm = { type: 'custom', text: 'input' };

/** The form of a call of a function, or of a custom tool, which takes text. */
export function toolCallForm(isCustom: boolean): ToolCallForm {
  return isCustom ? CUSTOM : FUNCTION;
}

/** A whole tool call, or the first piece of one, in OpenAI's shape. `extra`: members beside its function. */
export function toolCallOf(call: {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly form: ToolCallForm;
  readonly extra: JsonObject | undefined;
}): JsonObject {
  const { type, text } = call.form;
  return { ...call.extra, id: call.id, type, [type]: { name: call.name, [text]: call.text } };
}

/** How the pieces of a part stand in a chunk: between two texts that make a member of `choices` of a piece's JSON. */
export interface PartForm {
  readonly before: string;
  readonly after: string;
  /** Of a tool call. */
  readonly call?: ToolCallForm;
}

/** Where the words of a part stand. */
const WORDS = { text: 'content', reasoning: 'reasoning_content', refusal: 'refusal' } as const;

/** The form of a part of the choice `choice`, before which `calls` calls have begun; `undefined` for what a chat caller is not shown. */
export function partForm(choice: number, calls: number, begins: BegunPart): PartForm | undefined {
  switch (begins.kind) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return around(choice, `"${WORDS[begins.kind]}":`, '');
    case 'tool-call': {
      const call = toolCallForm(begins.isCustom === true);
      return { ...around(choice, `"tool_calls":[{"index":${calls},"${call.type}":{"${call.text}":`, '}}]'), call };
    }
    case 'media':
    case 'opaque':
      return undefined;
  }
}

/** Members of the delta before and after a piece. */
function around(choice: number, before: string, after: string): PartForm {
  const [beginning = '', ending = ''] = choiceWith(choice, `${before}\n${after}`).split('\n');
  return { before: beginning, after: ending };
}

/** One member of `choices`, around the text of the delta's members. */
export function choiceWith(choice: number, members: string): string {
  return `{"index":${choice},"delta":{${members}},"logprobs":null,"finish_reason":null}`;
}
