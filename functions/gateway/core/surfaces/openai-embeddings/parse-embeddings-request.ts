import type { EmbeddingsRequest } from '../../model/embeddings.ts';
import { isJsonObject } from '../../wire/json.ts';
import { type InvalidRequest, invalidMember } from '../invalid-request.ts';
import {
  arrayOf,
  type Check,
  checkMembers,
  isNonEmptyString,
  isString,
  kindOf,
  memberNamesProblem,
  mustBe,
  oneOf,
  optional,
  wholeNumber,
} from '../request-checks.ts';

/** An embeddings request, or what is wrong with the body. */
export type ParsedEmbeddingsRequest = { readonly kind: 'parsed'; readonly request: EmbeddingsRequest } | InvalidRequest;

/** OpenAI's own limit. */
const MAX_INPUTS = 2_048;

/** Far above any model's window of tokens; only bounds the work of looking at each. */
const MAX_TOKENS_AN_INPUT = 1_000_000;

/** Reads the JSON body of an embeddings call. As with chat, only what translation relies on is checked, and top-level nulls are dropped. */
export function parseEmbeddingsRequest(json: unknown): ParsedEmbeddingsRequest {
  if (!isJsonObject(json)) {
    return invalidMember('', `must be a JSON object; got ${kindOf(json)}.`);
  }
  const complaint = memberNamesProblem(json) ?? checkMembers(json, MEMBERS, '');
  if (complaint !== undefined) {
    return complaint;
  }
  const members = Object.entries(json).filter(([, value]) => value !== null);
  // The compiler cannot follow MEMBERS; they are the members of EmbeddingsRequest, checked.
  return { kind: 'parsed', request: Object.fromEntries(members) as unknown as EmbeddingsRequest };
}

const isTokenId = wholeNumber(0);

const isTokenList = arrayOf('token ids', isTokenId, { min: 1, max: MAX_TOKENS_AN_INPUT });

/** The first item decides: all texts, one list of token ids, or several such lists. */
const checkInput: Check = (value, path) => {
  if (!Array.isArray(value)) {
    return mustBe('a string, an array of strings or arrays of token ids', isNonEmptyText)(value, path);
  }
  const [first]: readonly unknown[] = value;
  if (typeof first === 'number') {
    return isTokenList(value, path);
  }
  const check = Array.isArray(first) ? isTokenList : isNonEmptyString;
  return arrayOf('inputs', check, { min: 1, max: MAX_INPUTS })(value, path);
};

function isNonEmptyText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

const MEMBERS: Readonly<Record<string, Check>> = {
  model: isNonEmptyString,
  input: checkInput,
  dimensions: optional(wholeNumber(1)),
  encoding_format: optional(oneOf(['float', 'base64'])),
  user: optional(isString),
};
