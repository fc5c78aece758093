import type { Native } from '../../model/dialect.ts';
import type { Prompt } from '../../model/prompt.ts';
import { arrayMember, isJsonObject, member } from '../../wire/json.ts';
import { type InvalidRequest, invalidMember } from '../invalid-request.ts';
import { readChatPrompt } from '../openai-chat/read-prompt.ts';
import {
  arrayOf,
  type Check,
  checkMembers,
  isBoolean,
  isNonEmptyString,
  kindOf,
  memberNamesProblem,
  optional,
  wholeNumber,
} from '../request-checks.ts';

/**
 * Reads the JSON body of a call of OpenAI's older completions as a chat of one message: what models are today. Members that chat does not
 * have are refused where they would change the answer. Source: OpenAI API reference, "Create completion".
 */
export function readCompletionsPrompt(
  json: unknown,
): { readonly kind: 'read'; readonly prompt: Prompt } | InvalidRequest {
  if (!isJsonObject(json)) {
    return invalidMember('', `must be a JSON object; got ${kindOf(json)}.`);
  }
  const complaint = memberNamesProblem(json) ?? checkMembers(json, MEMBERS, '');
  if (complaint !== undefined) {
    return complaint;
  }
  const { prompt, suffix: _, echo, best_of: __, logprobs: ___, ...members } = json;
  const text = textOf(prompt);
  const read = readChatPrompt({ ...members, messages: [{ role: 'user', content: text }] });
  return read.kind === 'invalid' ? read : { kind: 'read', prompt: asCompletion(read.prompt, text, echo === true) };
}

/** What the caller called `prompt`, and whether it is to stand before the answer. */
function asCompletion(prompt: Prompt, text: string, echo: boolean): Prompt {
  const native: Native = { dialect: 'openai-chat', value: { echo: text }, ifForeign: 'ignore' };
  const path = 'prompt';
  return {
    ...prompt,
    turns: [{ role: 'user', path, parts: [{ kind: 'text', text, path }] }],
    names: { ...prompt.names, turns: path },
    native: echo ? new Map([...prompt.native, ['echo', native]]) : prompt.native,
  };
}

function textOf(prompt: unknown): string {
  const [first] = Array.isArray(prompt) ? prompt : [prompt];
  return typeof first === 'string' ? first : '';
}

/** Each is a call of its own. */
const MAX_PROMPTS = 20;

const checkPrompt: Check = (value, path) => {
  if (!Array.isArray(value)) {
    return isNonEmptyString(value, path);
  }
  return value.some((item) => typeof item === 'number' || Array.isArray(item))
    ? invalidMember(path, 'must be text; got token ids, which only one model understands.')
    : arrayOf('texts', isNonEmptyString, { min: 1, max: MAX_PROMPTS })(value, path);
};

/** The prompts of a body that has several; none where it has one, or where they are wrong. */
export function promptsOf(json: unknown): readonly string[] {
  const prompts = arrayMember(json, 'prompt').filter((prompt) => typeof prompt === 'string');
  return prompts.length > 1 && checkPrompt(member(json, 'prompt'), 'prompt') === undefined ? prompts : [];
}

const checkSuffix: Check = (value, path) => {
  return value === ''
    ? undefined
    : invalidMember(path, 'must be left out: chat models write what comes after a text and not what stands within it.');
};

/** Of legacy completions: an integer. */
const checkLogprobs: Check = (value, path) => {
  return value === 0 || value === false
    ? undefined
    : invalidMember(path, 'must be left out: POST /v1/chat/completions gives log probabilities.');
};

const MEMBERS: Readonly<Record<string, Check>> = {
  model: isNonEmptyString,
  prompt: checkPrompt,
  suffix: optional(checkSuffix),
  echo: optional(isBoolean),
  best_of: optional(wholeNumber(1, 1)),
  logprobs: optional(checkLogprobs),
};
