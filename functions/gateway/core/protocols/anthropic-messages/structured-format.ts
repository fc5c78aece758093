import type { AnswerFormat } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { ClaudeRules } from '../claude/claude-rules.ts';
import { closedSchema } from '../claude/closed-schema.ts';
import { ANSWER_TOOL_DESCRIPTION, JSON_INSTRUCTION, STRUCTURED_ANSWER_TOOL } from '../claude/structured-answer.ts';
import type { EncodingNotes } from '../encoding-notes.ts';

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

/** Translates the format. */
export function structuredFormat(asked: AnswerFormat, rules: ClaudeRules, notes: EncodingNotes): StructuredFormat {
  switch (asked.kind) {
    case 'text':
      return PLAIN;
    case 'json':
      return { kind: 'instruction', text: JSON_INSTRUCTION };
    case 'schema':
      return schemaFormat(asked, rules, notes);
    case 'native':
      return nativeFormat(asked, notes);
  }
}

function schemaFormat(
  { schema = { type: 'object' }, description }: Extract<AnswerFormat, { kind: 'schema' }>,
  rules: ClaudeRules,
  notes: EncodingNotes,
): StructuredFormat {
  const closed = rules.structuredOutputs ? closedSchema(schema) : undefined;
  if (closed !== undefined) {
    return { kind: 'format', format: { type: 'json_schema', schema: closed } };
  }
  if (!rules.forcedTools || schema.type !== 'object') {
    notes.refuseSetting(
      'schema',
      'This Anthropic model takes a schema only of type "object" whose objects list all their keys.',
    );
  }
  return {
    kind: 'tool',
    tool: {
      name: STRUCTURED_ANSWER_TOOL,
      description: description ?? ANSWER_TOOL_DESCRIPTION,
      input_schema: schema,
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
