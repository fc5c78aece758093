import type { Attempt } from '../model/attempt.ts';
import type { ChatDelta } from '../model/chat-delta.ts';
import type { ChatMessage, ChatRequest } from '../model/chat-request.ts';
import type { Route } from '../model/gateway-config.ts';
import type { RaceAttempt } from '../race/race-attempt.ts';
import { countedAttempts } from '../race/race-choices.ts';
import { isWithinRetryBudget } from '../race/race-rules.ts';
import type { RunResult } from '../race/run-race.ts';
import type { Candidate } from '../routing/contender.ts';

/** A chat request whose answer has begun, and how others are asked to go on with it. */
export interface BegunChat {
  readonly request: ChatRequest;
  readonly route: Route;
  /** Our own count of the prompt. */
  readonly promptTokens: number;
  /** Who could have served the request, in the plan's order. */
  readonly candidates: readonly Candidate[];
  /** Every attempt of the request up to now. */
  readonly attempts: () => readonly RaceAttempt[];
  /** Races the candidates for the request, under the route's settings. A vendor that cannot be asked for it is passed over. */
  readonly race: (asked: ContinuationRace) => Promise<RunResult<ChatDelta>>;
}

/** Who is asked to go on, with what, and how often. */
export interface ContinuationRace {
  readonly request: ChatRequest;
  readonly route: Route;
  readonly candidates: readonly Candidate[];
}

/** What has been said before the break. */
export interface TextSoFar {
  /** Without white space at its end; may be empty. */
  readonly prefix: string;
  /** About how many tokens it has. */
  readonly tokens: number;
}

/** Another deployment that has begun to go on. */
export interface Continuation {
  readonly leader: Attempt<ChatDelta>;
  readonly deltas: readonly ChatDelta[];
}

/**
 * Asks another deployment to go on with an answer that broke off: one that takes the beginning of its answer (`prefill`) and has not
 * failed in this request, while the request has attempts and the fleet has retries left. `undefined`: nobody goes on.
 */
export async function continueChat(begun: BegunChat, soFar: TextSoFar): Promise<Continuation | undefined> {
  const attemptsLeft = begun.route.maxAttempts - countedAttempts(begun.attempts());
  const candidates = attemptsLeft > 0 ? fitCandidates(begun) : [];
  if (candidates.length === 0) {
    return undefined;
  }
  // Models that are known to refuse a prefix drop out in the race, whatever the deployment says.
  const request = withTextSoFar(begun.request, soFar);
  const { outcome } = await begun.race({ request, route: continuationRoute(begun.route, attemptsLeft), candidates });
  return outcome.kind === 'won' ? { leader: outcome.leader.attempt, deltas: outcome.pieces } : undefined;
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

/** The request with the text so far as the beginning of the answer, and as much less to say. */
function withTextSoFar(request: ChatRequest, { prefix, tokens }: TextSoFar): ChatRequest {
  const left = (limit: number): number => Math.max(1, limit - tokens);
  const { max_tokens: older, max_completion_tokens: newer } = request;
  return {
    ...request,
    messages: prefix === '' ? request.messages : withPrefix(request.messages, prefix),
    ...(older === undefined ? {} : { max_tokens: left(older) }),
    ...(newer === undefined ? {} : { max_completion_tokens: left(newer) }),
  };
}

/** Where the caller had begun the answer himself, the prefix goes on from there: two messages would be two answers. */
function withPrefix(messages: readonly ChatMessage[], prefix: string): readonly ChatMessage[] {
  const last = messages.at(-1);
  return last?.role === 'assistant' && typeof last.content === 'string'
    ? [...messages.slice(0, -1), { ...last, content: last.content + prefix }]
    : [...messages, { role: 'assistant', content: prefix }];
}
