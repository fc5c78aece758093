import {
  arrayMember,
  type JsonObject,
  member,
  objectMember,
  stringMember,
} from '../../../functions/gateway/core/wire/json.ts';

/** The error of an answer in OpenAI's shape. */
export function errorOf(answer: unknown): JsonObject | undefined {
  return objectMember(answer, 'error');
}

/** The text of a chat completion's first choice. */
export function firstText(answer: unknown): string | undefined {
  const [choice] = arrayMember(answer, 'choices');
  return stringMember(member(choice, 'message'), 'content');
}

/** The ids of a list of models. */
export function modelIds(answer: unknown): readonly (string | undefined)[] {
  return arrayMember(answer, 'data').map((model) => stringMember(model, 'id'));
}
