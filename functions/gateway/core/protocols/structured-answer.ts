import type { JsonObject } from '../wire/json.ts';

/**
 * The tool that carries the answer of models without structured outputs: the model is made to call it with the answer as its input. The
 * decoder knows it by this name and gives the input out as text, so no caller may have a tool of that name.
 */
export const STRUCTURED_ANSWER_TOOL = 'nemo_structured_answer';

/** What the model reads about that tool, where the caller says nothing of the answer. */
export const ANSWER_TOOL_DESCRIPTION = 'Gives the answer. Call it with the whole answer, once.';

/** Text added to the system prompt, where a schema can be told in words alone. */
export function schemaInstruction(schema: JsonObject, description?: string): string {
  const about = description === undefined ? '' : ` (${description})`;
  return `Answer with one JSON object and nothing else. It must follow this JSON Schema${about}:\n${JSON.stringify(schema)}`;
}

/** Text added to the system prompt: all there is for an answer of format `json`. */
export const JSON_INSTRUCTION = 'Answer with one valid JSON object and nothing else: no explanation, no code fence.';
