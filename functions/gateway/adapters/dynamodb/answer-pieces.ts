import { binaryOf, type Item } from './dynamodb-calls.ts';
import { answersTable } from './table-definitions.ts';

const ID = answersTable.partitionKey.name;
const TTL = answersTable.ttlAttribute;

/** The key of a piece of an answer, in which its owner stands. The first has no number: it says how many there are. */
export function pieceKey(owner: string, id: string, piece = 0): Item {
  return { [ID]: { S: piece === 0 ? `${owner}#${id}` : `${owner}#${id}#${piece}` } };
}

/** The keys of all pieces but the first. */
export function laterKeys(owner: string, id: string, first: Item | undefined): readonly Item[] {
  return Array.from({ length: Math.max(0, pieceCount(first) - 1) }, (_, piece) => pieceKey(owner, id, piece + 1));
}

/** The second, since 1970, from which on an item counts as gone; 0 for none. */
export function expirySeconds(item: Item | undefined): number {
  return Number(item?.[TTL]?.N ?? 0);
}

/** An item's key as a text. */
export function keyText(item: Item): string {
  return item[ID]?.S ?? '';
}

/** How many pieces an answer has, by its first one. */
export function pieceCount(first: Item | undefined): number {
  return Number(first?.pieces?.N ?? 0);
}

/** An answer's bytes; `undefined` where it is not there, or not all of it: a write that has failed in part, or a deletion under way. */
export function joinedPieces(pieces: ReadonlyMap<string, Item>, owner: string, id: string): Buffer | undefined {
  const count = pieceCount(pieces.get(keyText(pieceKey(owner, id))));
  const there = Array.from({ length: count }, (_, piece) =>
    binaryOf(pieces.get(keyText(pieceKey(owner, id, piece)))?.data),
  ).filter((piece) => piece !== undefined);
  return count === 0 || there.length < count ? undefined : Buffer.concat(there);
}
