import type { Prompt } from '../../model/prompt.ts';
import { arrayMember, isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';
import type { ResponsesRules } from '../openai-chat/openai-rules.ts';
import type { Target } from '../protocol.ts';
import { opened } from './sealed-reasoning.ts';

/** The caller's own body of the Responses API, but for what only a gateway that keeps nothing has put into it. */
export function ownBody({ original }: Prompt, { reasons }: ResponsesRules, { account }: Target): JsonObject {
  const { body } = original;
  const ownItem = (item: unknown): readonly unknown[] => ownItems(item, reasons === 'unknown', account);
  return Array.isArray(body.input) ? { ...body, input: arrayMember(body, 'input').flatMap(ownItem) } : body;
}

/** How the proof of another vendor begins, in the place of OpenAI's. */
const OTHERS_PROOF = /^nemo:/;

/**
 * Nothing for reasoning that its vendor cannot read: with another vendor's proof, and, where the vendor does not take it by its text
 * alone (`takesText`), without any: OpenAI looks for it among the answers that it keeps, and answers 404.
 */
function ownItems(given: unknown, takesText: boolean, account: string | undefined): readonly unknown[] {
  if (!isJsonObject(given)) {
    return [given];
  }
  const item = opened(given, account);
  if (item === undefined) {
    return [];
  }
  if (item.type === 'item_reference') {
    return [];
  }
  if (item.type === 'reasoning') {
    return isReadable(item, takesText) ? [item] : [];
  }
  const { extra_content: signature, ...own } = item;
  return [signature === undefined ? item : own];
}

function isReadable(item: JsonObject, takesText: boolean): boolean {
  const proof = stringMember(item, 'encrypted_content') ?? '';
  return proof === '' ? takesText || arrayMember(item, 'content').length > 0 : !OTHERS_PROOF.test(proof);
}
