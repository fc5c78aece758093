import { keyNumber } from '../../model/rendezvous.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';

/** Types of items that an account encrypts for itself. */
const SEALED = /^(?:reasoning|compaction|context_compaction)$/;

/** How an id ends that a mark has been added to. OpenAI takes ids of 64 letters, digits, `_` and `-`, and gives them with 53. */
const MARKED = /^(.+)_n([0-9a-f]{6})$/;

/**
 * An item of an answer whose id says which account has made it. OpenAI encrypts for one organisation: any other account answers 400 to it,
 * also at the same vendor. Clients send the id back with what is encrypted, and that stays as its vendor gave it.
 */
export function sealed(item: JsonObject, account: string | undefined): JsonObject {
  const id = stringMember(item, 'id');
  const isSealed = SEALED.test(stringMember(item, 'type') ?? '') && account !== undefined && id !== undefined;
  return isSealed ? { ...item, id: `${id}_n${markOf(account)}` } : item;
}

/** An item that `sealed` gave, as its vendor gave it; `undefined` where another account has made it. Any other item stays as it is. */
export function opened(item: JsonObject, account: string | undefined): JsonObject | undefined {
  const isSealed = SEALED.test(stringMember(item, 'type') ?? '');
  const [, id, mark] = (isSealed && MARKED.exec(stringMember(item, 'id') ?? '')) || [];
  if (id === undefined) {
    return item;
  }
  return account !== undefined && mark === markOf(account) ? { ...item, id } : undefined;
}

function markOf(account: string): string {
  return (keyNumber(account) % 0x1000000).toString(16).padStart(6, '0');
}
