import type { ResponseFormat } from '../../model/chat-request.ts';
import type { JsonObject } from '../../wire/json.ts';
import { closedSchema } from '../anthropic-messages/closed-schema.ts';
import { STRUCTURED_ANSWER_TOOL } from '../anthropic-messages/structured-answer.ts';
import type { BedrockTask } from './bedrock-task.ts';

/** How `response_format` is asked for. */
export type AnswerFormat =
  | { readonly kind: 'text' }
  /** Converse's `outputConfig.textFormat`. */
  | { readonly kind: 'native'; readonly textFormat: JsonObject }
  /** A tool to be forced, whose arguments are the answer. */
  | { readonly kind: 'tool'; readonly tool: JsonObject }
  /** Text added to the system prompt: all there is for `json_object`. */
  | { readonly kind: 'instruction'; readonly text: string };

const TEXT: AnswerFormat = { kind: 'text' };

const JSON_INSTRUCTION = 'Answer with one valid JSON object and nothing else: no explanation, no code fence.';

/** Translates `response_format`. */
export function answerFormat(task: BedrockTask): AnswerFormat {
  const { response_format: format } = task.request;
  switch (format?.type) {
    case undefined:
    case 'text':
      return TEXT;
    case 'json_object':
      return { kind: 'instruction', text: JSON_INSTRUCTION };
    case 'json_schema':
      return schemaFormat(format.json_schema, task);
    default:
      task.notes.refuse('response_format.type', `Bedrock has no response format "${format?.type}".`);
      return TEXT;
  }
}

function schemaFormat(asked: ResponseFormat['json_schema'], task: BedrockTask): AnswerFormat {
  const schema = asked?.schema ?? { type: 'object' };
  const closed = task.rules.structuredOutput === 'native' ? closedSchema(schema) : undefined;
  const about = asked?.description === undefined ? {} : { description: asked.description };
  if (closed !== undefined) {
    const jsonSchema = { name: asked?.name ?? 'answer', schema: JSON.stringify(closed), ...about };
    return { kind: 'native', textFormat: { type: 'json_schema', structure: { jsonSchema } } };
  }
  if (!canForceTool(task) || schema.type !== 'object') {
    task.notes.refuse('response_format', 'This model on Bedrock cannot be held to this JSON schema.');
  }
  const description = 'Gives the answer. Call it with the whole answer, once.';
  return {
    kind: 'tool',
    tool: { toolSpec: { name: STRUCTURED_ANSWER_TOOL, description, ...about, inputSchema: { json: schema } } },
  };
}

function canForceTool({ rules }: BedrockTask): boolean {
  return rules.structuredOutput !== 'none' && rules.tools && rules.toolChoice.some((form) => form !== 'auto');
}
