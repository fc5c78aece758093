import { defined } from '../../model/defined.ts';
import type { AnswerFormat } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { closedSchema } from '../claude/closed-schema.ts';
import { objectRoot } from '../object-root.ts';
import { ANSWER_TOOL_DESCRIPTION, JSON_INSTRUCTION, STRUCTURED_ANSWER_TOOL } from '../structured-answer.ts';
import type { BedrockTask } from './bedrock-task.ts';

/** How the format of the answer is asked for. */
export type ConverseFormat =
  | { readonly kind: 'text' }
  /** Converse's `outputConfig.textFormat`. */
  | { readonly kind: 'native'; readonly textFormat: JsonObject }
  /** A tool to be forced, whose arguments are the answer. */
  | { readonly kind: 'tool'; readonly tool: JsonObject }
  /** Text added to the system prompt: all there is for some JSON object. */
  | { readonly kind: 'instruction'; readonly text: string };

const TEXT: ConverseFormat = { kind: 'text' };

/** Translates the format. */
export function converseFormat(task: BedrockTask): ConverseFormat {
  const { format } = task.prompt;
  switch (format.kind) {
    case 'text':
      return TEXT;
    case 'json':
      return { kind: 'instruction', text: JSON_INSTRUCTION };
    case 'schema':
      return schemaFormat(format, task);
    case 'native':
      noteForeignFormat(format, task);
      return TEXT;
  }
}

function noteForeignFormat({ what, native }: Extract<AnswerFormat, { kind: 'native' }>, { notes }: BedrockTask): void {
  if (native.ifForeign === 'refuse') {
    notes.refuseSetting('formatType', `Bedrock has no response format "${what}".`);
  } else if (native.ifForeign === 'drop') {
    notes.drop('format');
  }
}

function schemaFormat(
  { name, description, schema = { type: 'object' } }: Extract<AnswerFormat, { kind: 'schema' }>,
  task: BedrockTask,
): ConverseFormat {
  const closed = task.rules.structuredOutput === 'native' ? closedSchema(schema) : undefined;
  if (closed !== undefined && task.strict.takes(closed, 'format')) {
    const jsonSchema = {
      name: name === '' ? 'answer' : name,
      schema: JSON.stringify(closed.schema),
      ...defined({ description }),
    };
    return { kind: 'native', textFormat: { type: 'json_schema', structure: { jsonSchema } } };
  }
  const root = objectRoot(schema);
  if (!canForceTool(task) || root.type !== 'object') {
    task.notes.refuseSetting('format', 'This model on Bedrock cannot be held to this JSON schema.');
  }
  const toolSpec = {
    name: STRUCTURED_ANSWER_TOOL,
    description: description ?? ANSWER_TOOL_DESCRIPTION,
    inputSchema: { json: root },
  };
  return { kind: 'tool', tool: { toolSpec } };
}

function canForceTool({ rules }: BedrockTask): boolean {
  return rules.structuredOutput !== 'none' && rules.tools && rules.toolChoice.some((form) => form !== 'auto');
}
