import type { Dialect, Native } from '../../model/dialect.ts';
import { isJsonObject, type JsonObject, parseJson, stringMember } from '../../wire/json.ts';

/** How an `encrypted_content` begins that holds another vendor's proof: its dialect and its value as JSON follow. */
const MARK = 'nemo:';

const CARRIED: readonly Dialect[] = ['anthropic-messages', 'gemini', 'bedrock-converse', 'openai-chat'];

/** The proof in a reasoning item that the caller sends back: OpenAI's own, as the whole item, or the one that another vendor gave. */
export function proofOf(item: JsonObject): Native | undefined {
  const encrypted = stringMember(item, 'encrypted_content') ?? '';
  if (!encrypted.startsWith(MARK)) {
    return { dialect: 'openai-responses', value: item, ifForeign: 'ignore' };
  }
  const [, dialect, json] = /^nemo:([a-z-]+):(.*)$/s.exec(encrypted) ?? [];
  const known = CARRIED.find((name) => name === dialect);
  const value = parseJson(json ?? '');
  return known !== undefined && isJsonObject(value) ? { dialect: known, value, ifForeign: 'ignore' } : undefined;
}

/** What stands as `encrypted_content`, so that another vendor's proof comes back with the conversation. */
export function carriedProof({ dialect, value }: Native): string {
  return `${MARK}${dialect}:${JSON.stringify(value)}`;
}
