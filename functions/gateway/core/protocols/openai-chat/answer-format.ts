import { type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { objectRoot } from '../object-root.ts';
import { schemaInstruction } from '../structured-answer.ts';
import type { ChatBody } from './chat-body.ts';
import type { OpenAiRules } from './openai-rules.ts';
import { type StrictSubset, strictSchema } from './strict-schema.ts';
import { withoutNulls } from './taken-members.ts';

/** How the answer's form is asked for: in a member, in words to the model, or both. */
export interface AskedFormat {
  readonly member?: JsonObject;
  /** What the instructions say. */
  readonly words?: string;
}

/** The form of the answer as a model with these rules can be asked for it. What it does not know is told to it in words. */
export function askedFormat(request: ChatBody, rules: OpenAiRules, notes: EncodingNotes): AskedFormat {
  const format = objectMember(request, 'response_format');
  switch (format?.type) {
    case 'json_schema':
      return bySchema(format, request, rules, notes);
    case 'json_object':
      return anyObject(request, rules);
    default:
      return format === undefined ? {} : { member: format };
  }
}

function takes(kind: 'json_schema' | 'json_object', request: ChatBody, rules: OpenAiRules): boolean {
  const isTaken = rules.answerFormats === 'any' || rules.answerFormats === kind;
  return isTaken && (rules.formatWithTools || (request.tools ?? []).length === 0);
}

function bySchema(format: JsonObject, request: ChatBody, rules: OpenAiRules, notes: EncodingNotes): AskedFormat {
  const asked = withoutNulls(objectMember(format, 'json_schema') ?? {});
  if (takes('json_schema', request, rules)) {
    return {
      member: {
        ...format,
        json_schema: rules.strictSchemas === 'as-sent' ? asked : heldAnswer(asked, rules.strictSchemas, notes),
      },
    };
  }
  if (asked.strict === true) {
    notes.drop('strict');
  }
  const words = wordsFor(asked);
  return takes('json_object', request, rules) ? { member: { type: 'json_object' }, words } : { words };
}

/** A strict schema that OpenAI would refuse is not strict. */
export function heldAnswer(asked: JsonObject, subset: StrictSubset, notes: EncodingNotes): JsonObject {
  const schema = objectMember(asked, 'schema');
  if (schema === undefined) {
    return asked;
  }
  const loose = withObjectRoot(asked, schema, notes);
  if (asked.strict !== true) {
    return loose;
  }
  const strict = strictSchema(schema, subset);
  if (strict === undefined) {
    notes.drop('strict');
  }
  return strict === undefined ? { ...loose, strict: false } : { ...asked, schema: strict };
}

/** OpenAI wants an object at the root also where nothing is strict: a union of objects becomes one, which its description tells. */
function withObjectRoot(asked: JsonObject, schema: JsonObject, notes: EncodingNotes): JsonObject {
  const root = objectRoot(schema);
  if (root.type !== 'object') {
    notes.refuseSetting('schema', 'This model answers by a schema of type "object" alone.');
  }
  return root === schema ? asked : { ...asked, schema: root };
}

function wordsFor(asked: JsonObject): string {
  return schemaInstruction(objectMember(asked, 'schema') ?? {}, stringMember(asked, 'description'));
}

const ANY_OBJECT: JsonObject = { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } };
const OBJECT_WORDS = 'Answer with one JSON object and nothing else.';

/** OpenAI and its like answer 400 where no message says "json". */
function anyObject(request: ChatBody, rules: OpenAiRules): AskedFormat {
  if (takes('json_object', request, rules)) {
    const isSaid = /json/i.test(JSON.stringify(request.messages));
    return { member: { type: 'json_object' }, ...(isSaid ? {} : { words: OBJECT_WORDS }) };
  }
  return takes('json_schema', request, rules) ? { member: ANY_OBJECT } : { words: OBJECT_WORDS };
}

/** The messages with `words` at the end of the first instructions. */
export function withInstruction(messages: readonly JsonObject[], words: string): readonly JsonObject[] {
  const [first, ...rest] = messages;
  const isInstruction = first?.role === 'system' || first?.role === 'developer';
  if (!isInstruction || first === undefined) {
    return [{ role: 'system', content: words }, ...messages];
  }
  const { content } = first;
  const told = Array.isArray(content)
    ? [...content, { type: 'text', text: words }]
    : `${String(content ?? '')}\n\n${words}`;
  return [{ ...first, content: told }, ...rest];
}
