import { type JsonObject, stringMember } from '../../wire/json.ts';

/** How an `encrypted_content` begins that came from an account whose name follows, up to a colon. */
const MARK = 'nemo@';

/**
 * An item of an answer with the account that made its encrypted content, if it has any. OpenAI encrypts for one organisation: any other
 * account answers 400 to it, also at the same vendor.
 */
export function sealed(item: JsonObject, account: string | undefined): JsonObject {
  const content = stringMember(item, 'encrypted_content') ?? '';
  return content === '' || account === undefined
    ? item
    : { ...item, encrypted_content: `${MARK}${encodeURIComponent(account)}:${content}` };
}

/** An item that `sealed` gave, as its vendor gave it; `undefined` where another account has made it. Any other item stays as it is. */
export function opened(item: JsonObject, account: string | undefined): JsonObject | undefined {
  const content = stringMember(item, 'encrypted_content') ?? '';
  if (!content.startsWith(MARK)) {
    return item;
  }
  const end = content.indexOf(':');
  const maker = content.slice(MARK.length, end === -1 ? undefined : end);
  return account !== undefined && maker === encodeURIComponent(account)
    ? { ...item, encrypted_content: content.slice(end + 1) }
    : undefined;
}
