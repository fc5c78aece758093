import { type Arrivals, takeWhile } from '../../functions/gateway/core/model/arrivals.ts';

/** The next pieces of an attempt that are any; `undefined`: it has ended. */
export async function nextPieces<Piece>(attempt: Arrivals<readonly Piece[]>): Promise<readonly Piece[] | undefined> {
  let next: readonly Piece[] | undefined;
  await takeWhile(attempt, (pieces) => {
    next = pieces;
    return pieces.length === 0;
  });
  return next === undefined || next.length === 0 ? undefined : next;
}
