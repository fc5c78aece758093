import type { ChatRequest } from '../../model/chat-request.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { AnthropicRules } from './anthropic-rules.ts';
import { closedSchema } from './closed-schema.ts';
import type { EncodingNotes } from './encoding-notes.ts';

/**
 * The tool that carries the answer of models without structured outputs: the model is made to call it with the answer as its input. The
 * decoder knows it by this name and gives the input out as text, so no caller may have a tool of that name.
 */
export const STRUCTURED_ANSWER_TOOL = 'nemo_structured_answer';

/** How `response_format` is asked for. */
export type StructuredAnswer =
  /** Plain text. */
  | { readonly kind: 'none' }
  /** `output_config.format`. */
  | { readonly kind: 'format'; readonly format: JsonObject }
  /** `STRUCTURED_ANSWER_TOOL`, to be forced. */
  | { readonly kind: 'tool'; readonly tool: JsonObject }
  /** Text added to the system prompt: all there is for `json_object`. */
  | { readonly kind: 'instruction'; readonly text: string };

/** Translates `response_format`. */
export function structuredAnswer(request: ChatRequest, rules: AnthropicRules, notes: EncodingNotes): StructuredAnswer {
  const format = request.response_format;
  switch (format?.type) {
    case undefined:
    case 'text':
      return { kind: 'none' };
    case 'json_object':
      return {
        kind: 'instruction',
        text: 'Answer with one valid JSON object and nothing else: no explanation, no code fence.',
      };
    case 'json_schema':
      return schemaAnswer(format.json_schema?.schema ?? { type: 'object' }, format.json_schema?.description, {
        rules,
        notes,
      });
    default:
      notes.refuse('response_format.type', `Anthropic has no response format "${format?.type}".`);
      return { kind: 'none' };
  }
}

function schemaAnswer(
  schema: JsonObject,
  description: string | undefined,
  { rules, notes }: { readonly rules: AnthropicRules; readonly notes: EncodingNotes },
): StructuredAnswer {
  const closed = rules.structuredOutputs ? closedSchema(schema) : undefined;
  if (closed !== undefined) {
    return { kind: 'format', format: { type: 'json_schema', schema: closed } };
  }
  if (!rules.forcedTools || schema.type !== 'object') {
    notes.refuse(
      'response_format.json_schema.schema',
      'This Anthropic model takes a schema only of type "object" whose objects list all their keys.',
    );
  }
  return {
    kind: 'tool',
    tool: {
      name: STRUCTURED_ANSWER_TOOL,
      description: description ?? 'Gives the answer. Call it with the whole answer, once.',
      input_schema: schema,
    },
  };
}
