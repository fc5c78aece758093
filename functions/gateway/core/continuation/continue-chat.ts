import type { AnswerEvent } from '../model/answer-event.ts';
import type { Attempt } from '../model/attempt.ts';
import type { Route } from '../model/gateway-config.ts';
import type { BegunAnswer, Prompt } from '../model/prompt.ts';
import { countedAttempts } from '../race/race-choices.ts';
import { isWithinRetryBudget } from '../race/race-contenders.ts';
import type { RaceAttempt, RunResult } from '../race/run-race.ts';
import type { Candidate } from '../routing/contender.ts';

/** A prompt whose answer has begun, and how others are asked to go on with it. */
export interface BegunChat {
  readonly prompt: Prompt;
  readonly route: Route;
  /** Our own count of the prompt. */
  readonly promptTokens: number;
  /** Who could have served the request, in the plan's order. */
  readonly candidates: readonly Candidate[];
  /** Every attempt of the request up to now. */
  readonly attempts: () => readonly RaceAttempt[];
  /** Races the candidates for the request, under the route's settings. A vendor that cannot be asked for it is passed over. */
  readonly race: (asked: ContinuationRace) => Promise<RunResult<AnswerEvent>>;
}

/** Who is asked to go on, with what, and how often. */
export interface ContinuationRace {
  readonly prompt: Prompt;
  readonly route: Route;
  readonly candidates: readonly Candidate[];
}

/** Another deployment that has begun to go on. */
export interface Continuation {
  readonly leader: Attempt<AnswerEvent>;
  readonly events: readonly AnswerEvent[];
}

/**
 * Asks another deployment to go on with an answer that broke off: one that takes the beginning of its answer (`prefill`) and has not
 * failed in this request, while the request has attempts and the fleet has retries left. `undefined`: nobody goes on.
 */
export async function continueChat(begun: BegunChat, soFar: BegunAnswer): Promise<Continuation | undefined> {
  const attemptsLeft = begun.route.maxAttempts - countedAttempts(begun.attempts());
  const candidates = attemptsLeft > 0 ? fitCandidates(begun) : [];
  if (candidates.length === 0) {
    return undefined;
  }
  // Models that are known to refuse a prefix drop out in the race, whatever the deployment says.
  const prompt = { ...begun.prompt, begun: soFar };
  const { outcome } = await begun.race({ prompt, route: continuationRoute(begun.route, attemptsLeft), candidates });
  return outcome.kind === 'won' ? { leader: outcome.leader.attempt, events: outcome.pieces } : undefined;
}

function fitCandidates({ attempts, candidates }: BegunChat): readonly Candidate[] {
  const failed = new Set(
    attempts()
      .filter(({ attempt }) => hasFailed(attempt))
      .map(({ attempt }) => attempt.deployment.id),
  );
  return candidates.filter(
    (candidate) =>
      candidate.deployment.prefill && !failed.has(candidate.deployment.id) && isWithinRetryBudget(candidate),
  );
}

/** The loser of a hedge has not failed. */
function hasFailed(attempt: Attempt<unknown>): boolean {
  const { failure } = attempt.report();
  return failure !== undefined && failure.kind !== 'aborted';
}

/** No second asking of the same, and no hedge: the caller has been served once. */
function continuationRoute({ hedge: _, ...route }: Route, maxAttempts: number): Route {
  return { ...route, maxAttempts, sameTargetRetries: 0 };
}
