import type { Prompt, ToolUse } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { objectRoot } from '../object-root.ts';
import { ANSWER_TOOL_DESCRIPTION, STRUCTURED_ANSWER_TOOL } from '../structured-answer.ts';
import type { GeminiRules } from './gemini-rules.ts';

/** How the form of a JSON answer is asked for. */
export type AskedForm =
  /** In `generationConfig`, or not at all. */
  | { readonly kind: 'config' }
  /** By a function that carries the answer: to be called unless another one must be. */
  | { readonly kind: 'tool'; readonly declaration: JsonObject }
  /** In words: all there is for some JSON object beside functions. */
  | { readonly kind: 'words' };

/** The form for a model that takes no JSON answer beside functions, as Claude and Nova are asked; in the configuration for any other. */
export function askedForm({ format, tools }: Prompt, rules: GeminiRules): AskedForm {
  const isBeside = !rules.jsonWithTools && tools.length > 0 && tools.every(({ kind }) => kind === 'function');
  if (!isBeside || format.kind === 'text' || format.kind === 'native') {
    return { kind: 'config' };
  }
  if (format.kind === 'json') {
    return { kind: 'words' };
  }
  const { schema = { type: 'object' }, description = ANSWER_TOOL_DESCRIPTION } = format;
  const root = objectRoot(schema);
  return root.type === 'object'
    ? { kind: 'tool', declaration: { name: STRUCTURED_ANSWER_TOOL, description, parametersJsonSchema: root } }
    : { kind: 'config' };
}

/** The use of tools with the one for the answer beside them: the model must call one or the other, or that one alone. */
export function useWithAnswer(use: ToolUse | undefined): ToolUse | undefined {
  switch (use?.mode) {
    case 'none':
      return { mode: 'one', name: STRUCTURED_ANSWER_TOOL };
    case undefined:
      return { mode: 'required' };
    case 'auto':
      return use.only === undefined
        ? { mode: 'required' }
        : { mode: 'required', only: [...use.only, STRUCTURED_ANSWER_TOOL] };
    case 'required':
    case 'one':
    case 'native':
      return use;
  }
}

/** Refuses a caller's tool that has the name of the one for answers. */
export function noteOwnName({ tools }: Prompt, notes: EncodingNotes): void {
  const taken = tools.find((tool) => tool.kind === 'function' && tool.name === STRUCTURED_ANSWER_TOOL);
  if (taken?.kind === 'function') {
    notes.refuse(taken.namePath, `The tool name "${STRUCTURED_ANSWER_TOOL}" is the gateway's own: use another.`);
  }
}
