import type { AnswerFormat, Prompt, ToolUse } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { objectRoot } from '../object-root.ts';
import {
  ANSWER_TOOL_DESCRIPTION,
  JSON_INSTRUCTION,
  STRUCTURED_ANSWER_TOOL,
  schemaInstruction,
} from '../structured-answer.ts';
import type { GeminiRules } from './gemini-rules.ts';
import { geminiSchema, hasRequiredCycle } from './gemini-schema.ts';

/** How the form of a JSON answer is asked for. */
export type AskedForm =
  /** In `generationConfig`, or not at all. */
  | { readonly kind: 'config' }
  /** By a function that carries the answer: to be called unless another one must be. */
  | { readonly kind: 'tool'; readonly declaration: JsonObject }
  /** In words: all there is for some JSON object beside functions, and for a schema that Gemini refuses. `isJson`: as JSON in any case. */
  | { readonly kind: 'words'; readonly text: string; readonly isJson: boolean };

/** The form for a model that takes no JSON answer beside functions, as Claude and Nova are asked; in the configuration for any other. */
export function askedForm({ format, tools }: Prompt, rules: GeminiRules, notes: EncodingNotes): AskedForm {
  const isBeside = !rules.jsonWithTools && tools.length > 0 && tools.every(({ kind }) => kind === 'function');
  switch (format.kind) {
    case 'text':
    case 'native':
      return { kind: 'config' };
    case 'json':
      return isBeside ? { kind: 'words', text: JSON_INSTRUCTION, isJson: false } : { kind: 'config' };
    case 'schema':
      return isBeside ? besideTools(format) : alone(format, notes);
  }
}

type SchemaFormat = Extract<AnswerFormat, { kind: 'schema' }>;

function besideTools({ schema = { type: 'object' }, description = ANSWER_TOOL_DESCRIPTION }: SchemaFormat): AskedForm {
  const root = geminiSchema(objectRoot(schema));
  return root.type === 'object'
    ? { kind: 'tool', declaration: { name: STRUCTURED_ANSWER_TOOL, description, parametersJsonSchema: root } }
    : { kind: 'config' };
}

/** A schema that Gemini would refuse is told to the model instead. */
function alone({ schema, description, strict }: SchemaFormat, notes: EncodingNotes): AskedForm {
  if (schema === undefined || !hasRequiredCycle(schema)) {
    return { kind: 'config' };
  }
  if (strict === true) {
    notes.drop('strict');
  }
  return { kind: 'words', text: schemaInstruction(schema, description), isJson: true };
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
