import type { Attempt } from '../model/attempt.ts';
import type { Contender } from '../routing/contender.ts';

/** One upstream call of a request: who was asked, why, and what has come of it, as it stands now. */
export interface RaceAttempt<Piece = unknown> {
  readonly contender: Contender<Piece>;
  readonly attempt: Attempt<Piece>;
  readonly hedge: boolean;
  /** Whether it goes on with an answer that another deployment had begun. */
  readonly continues?: true;
}
