import { stringMember } from '../../../functions/gateway/core/wire/json.ts';

/** Text of a message's content in any vendor's shape: a string, or a list of parts of which those with a `text` count. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') {
    return content;
  }
  const parts = Array.isArray(content) ? content : [];
  return parts.map((part) => stringMember(part, 'text') ?? '').join('');
}

/** Tokens in a piece of a request, by the usual rule of thumb of four characters each. At least one. */
export function countTokens(value: unknown): number {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return Math.max(1, Math.ceil(text.length / 4));
}
