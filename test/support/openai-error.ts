import assert from 'node:assert/strict';
import { isJsonObject, member, parseJson } from '../../functions/gateway/core/wire/json.ts';

/** An error's body in OpenAI's shape. */
export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
}

/** Reads the error of a response, and fails where it has not exactly OpenAI's shape. */
export async function openAiErrorOf(response: Response): Promise<OpenAiError> {
  const text = await response.text();
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/, text);
  const error = member(parseJson(text), 'error');
  assert.ok(isJsonObject(error), text);
  assert.deepEqual(Object.keys(error).sort(), ['code', 'message', 'param', 'type'], text);
  const { message, type, code, param } = error;
  assert.ok(typeof message === 'string' && message !== '' && typeof type === 'string', text);
  return { message, type, code: textOrNull(code), param: textOrNull(param) };
}

function textOrNull(value: unknown): string | null {
  assert.ok(typeof value === 'string' || value === null, `${JSON.stringify(value)} is neither a string nor null`);
  return value;
}
