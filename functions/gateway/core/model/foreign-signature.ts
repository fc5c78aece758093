import { isJsonObject, parseJson } from '../wire/json.ts';
import type { Dialect, Native } from './dialect.ts';

/** What a signature of another vendor begins with. Anthropic's own are base64, which has no colon. */
const MARK = 'nemo:';

const DIALECTS: readonly Dialect[] = ['openai-chat', 'openai-responses', 'gemini', 'bedrock-converse'];

/** Another vendor's proof as the text of a `signature`, which clients send back as they got it. */
export function foreignSignature({ dialect, value }: Native): string {
  return `${MARK}${dialect}:${JSON.stringify(value)}`;
}

/** The proof in a `signature` that `foreignSignature` made; `undefined` for any other. */
export function foreignProof(signature: string): Native | undefined {
  const dialect = DIALECTS.find((known) => signature.startsWith(`${MARK}${known}:`));
  const value = dialect === undefined ? undefined : parseJson(signature.slice(MARK.length + dialect.length + 1));
  return dialect !== undefined && isJsonObject(value) ? { dialect, value, ifForeign: 'ignore' } : undefined;
}
