import type { AnswerFormat } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { closedSchema } from '../claude/closed-schema.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { objectRoot } from '../object-root.ts';
import { ANSWER_TOOL_DESCRIPTION, JSON_INSTRUCTION, STRUCTURED_ANSWER_TOOL } from '../structured-answer.ts';
import type { AnthropicTask } from './anthropic-task.ts';

/** How the format of the answer is asked for. */
export type StructuredFormat =
  /** Plain text. */
  | { readonly kind: 'none' }
  /** `output_config.format`. */
  | { readonly kind: 'format'; readonly format: JsonObject }
  /** `STRUCTURED_ANSWER_TOOL`, to be forced. */
  | { readonly kind: 'tool'; readonly tool: JsonObject }
  /** Text added to the system prompt. */
  | { readonly kind: 'instruction'; readonly text: string };

const PLAIN: StructuredFormat = { kind: 'none' };

/** Translates the format. A schema that the model cannot be held to is asked for by a tool, as it is. */
export function structuredFormat(task: AnthropicTask): StructuredFormat {
  const asked = task.prompt.format;
  switch (asked.kind) {
    case 'text':
      return PLAIN;
    case 'json':
      return { kind: 'instruction', text: JSON_INSTRUCTION };
    case 'schema':
      return schemaFormat(asked, task);
    case 'native':
      return nativeFormat(asked, task.notes);
  }
}

function schemaFormat(
  { schema = { type: 'object' }, description }: Extract<AnswerFormat, { kind: 'schema' }>,
  { rules, strict, notes }: AnthropicTask,
): StructuredFormat {
  const closed = rules.structuredOutputs ? closedSchema(schema) : undefined;
  if (closed !== undefined && strict.takes(closed, 'format')) {
    return { kind: 'format', format: { type: 'json_schema', schema: closed.schema } };
  }
  const root = objectRoot(schema);
  if (!rules.forcedTools || root.type !== 'object') {
    notes.refuseSetting(
      'schema',
      'This Anthropic model takes a schema only of type "object" whose objects list all their keys, and that is not recursive.',
    );
  }
  return {
    kind: 'tool',
    tool: {
      name: STRUCTURED_ANSWER_TOOL,
      description: description ?? ANSWER_TOOL_DESCRIPTION,
      input_schema: root,
    },
  };
}

function nativeFormat(
  { what, native }: Extract<AnswerFormat, { kind: 'native' }>,
  notes: EncodingNotes,
): StructuredFormat {
  if (native.dialect === 'anthropic-messages') {
    return { kind: 'format', format: native.value };
  }
  if (native.ifForeign === 'refuse') {
    notes.refuseSetting('formatType', `Anthropic has no response format "${what}".`);
  } else if (native.ifForeign === 'drop') {
    notes.drop('format');
  }
  return PLAIN;
}
