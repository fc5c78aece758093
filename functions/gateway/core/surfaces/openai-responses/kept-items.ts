import { arrayMember, isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';
import type { AnswerWithInput } from '../surface.ts';

const ANSWER = 'resp_';

/** The id of the answer to a request. */
export function answerId(requestId: string): string {
  return `${ANSWER}${requestId}`;
}

/** The id of an item that the gateway names: `prefix`, the request, and the item's number in the answer or, as `i3`, in its input. */
export function ownItemId(prefix: string, requestId: string, place: string): string {
  return `${prefix}_${requestId}_${place}`;
}

/** The answer in which an item of the gateway's naming stands. */
export function answerOfItem(itemId: string): string | undefined {
  const [, requestId] = /^[a-z]{2,4}_([\w-]+)_i?\d+$/.exec(itemId) ?? [];
  return requestId === undefined ? undefined : answerId(requestId);
}

/** The items of a request's input. A string is a message of the user's. */
export function inputItemsOf({ input }: JsonObject): readonly JsonObject[] {
  if (typeof input === 'string') {
    return [{ type: 'message', role: 'user', content: input }];
  }
  return Array.isArray(input) ? input.filter(isJsonObject) : [];
}

/** The items of an answer. */
export function outputItemsOf(body: JsonObject): readonly JsonObject[] {
  return arrayMember(body, 'output').filter(isJsonObject);
}

/** Every item of a kept answer by its id. Items of the input that the caller has not named are named here. */
export function keptItems({ id, input, body }: AnswerWithInput): ReadonlyMap<string, JsonObject> {
  const requestId = id.slice(ANSWER.length);
  const named = input.map((item, index) => {
    const prefix = PREFIXES.get(stringMember(item, 'type') ?? 'message') ?? 'item';
    return [stringMember(item, 'id') ?? ownItemId(prefix, requestId, `i${index}`), item] as const;
  });
  const output = outputItemsOf(body).map((item) => [stringMember(item, 'id') ?? '', item] as const);
  return new Map([...named, ...output]);
}

const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['message', 'msg'],
  ['function_call', 'fc'],
  ['function_call_output', 'fco'],
  ['custom_tool_call', 'ctc'],
  ['custom_tool_call_output', 'cto'],
  ['reasoning', 'rs'],
]);
