import type { AnswerEvent } from '../model/answer-event.ts';
import type { Attempt } from '../model/attempt.ts';
import type { Route } from '../model/gateway-config.ts';
import type { BegunAnswer } from '../model/prompt.ts';
import { countedAttempts } from '../race/race-choices.ts';
import type { Candidate } from '../routing/plan.ts';
import type { ServedCall } from './chat-call.ts';
import { noteContinuation, type Progress } from './chat-progress.ts';
import { raceChat } from './chat-race.ts';
import { encodePrompt } from './encode-for-route.ts';
import type { GatewayState } from './gateway-state.ts';
import { isWithinRetryBudget } from './race-rules.ts';

/** Another deployment that has begun to go on. */
export interface Continuation {
  readonly leader: Attempt<AnswerEvent>;
  readonly events: readonly AnswerEvent[];
}

/**
 * Asks another deployment to go on with an answer that broke off: one that takes the beginning of its answer (`prefill`) and has not
 * failed in this request, while the request has attempts and the fleet has retries left. `undefined`: nobody goes on.
 */
export async function continueChat(
  state: GatewayState,
  { call, progress, prepared }: ServedCall,
  soFar: BegunAnswer,
): Promise<Continuation | undefined> {
  const { route, facts } = prepared;
  const attemptsLeft = route.maxAttempts - countedAttempts(progress.attempts);
  const prompt = { ...prepared.prompt, begun: soFar };
  const fit = attemptsLeft > 0 ? fitCandidates(progress) : [];
  const targets = fit.map(({ target }) => target);
  // Models that are known to refuse a prefix drop out here, whatever the deployment says.
  const encoding = encodePrompt(route, targets, prompt);
  if (encoding.kind === 'refused') {
    return undefined;
  }
  const { encoded } = encoding;
  const candidates = fit.filter(({ deployment }) => encoded.has(deployment));
  const plan = { candidates, explored: false, equals: new Set<string>() };
  const asked = { prompt, route: continuationRoute(route, attemptsLeft), facts, encoded };
  const waiting = { ...call, waitsSinceMs: call.clock.nowMs() };
  const result = await raceChat(state, waiting, asked, plan);
  noteContinuation(progress, result);
  const { outcome } = result;
  const leader = outcome.kind === 'won' ? result.attempts[outcome.leader]?.attempt : undefined;
  return outcome.kind === 'won' && leader !== undefined ? { leader, events: outcome.pieces } : undefined;
}

function fitCandidates({ attempts, plan }: Progress): readonly Candidate[] {
  const failed = new Set(
    attempts.filter(({ attempt }) => hasFailed(attempt)).map(({ attempt }) => attempt.deployment.id),
  );
  return (plan?.candidates ?? []).filter(
    (candidate) => candidate.target.prefill && !failed.has(candidate.deployment) && isWithinRetryBudget(candidate),
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
