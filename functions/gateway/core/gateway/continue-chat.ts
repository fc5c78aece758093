import type { ChatDelta } from '../chat/chat-delta.ts';
import type { ChatMessage, ChatRequest } from '../chat/chat-request.ts';
import type { Route } from '../config/gateway-config.ts';
import type { Attempt } from '../failover/attempt.ts';
import { countedAttempts } from '../failover/race-choices.ts';
import type { Candidate } from '../routing/plan.ts';
import type { ServedCall } from './chat-call.ts';
import { noteContinuation, type Progress } from './chat-progress.ts';
import { raceChat } from './chat-race.ts';
import { encodeForRoute } from './encode-for-route.ts';
import type { GatewayState } from './gateway-state.ts';
import { isWithinRetryBudget } from './race-rules.ts';

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
export async function continueChat(
  state: GatewayState,
  { call, progress, prepared }: ServedCall,
  soFar: TextSoFar,
): Promise<Continuation | undefined> {
  const { route, facts } = prepared;
  const attemptsLeft = route.maxAttempts - countedAttempts(progress.attempts);
  const request = withTextSoFar(prepared.request, soFar);
  const fit = attemptsLeft > 0 ? fitCandidates(progress) : [];
  const targets = fit.map(({ target }) => target);
  // Models that are known to refuse a prefix drop out here, whatever the deployment says.
  const encoding = encodeForRoute(route, targets, (protocol, target) => protocol.encodeChat(request, target));
  if (encoding.kind === 'refused') {
    return undefined;
  }
  const { encoded } = encoding;
  const candidates = fit.filter(({ deployment }) => encoded.has(deployment));
  const plan = { candidates, explored: false, equals: new Set<string>() };
  const asked = { request, route: continuationRoute(route, attemptsLeft), facts, encoded };
  const waiting = { ...call, waitsSinceMs: call.clock.nowMs() };
  const result = await raceChat(state, waiting, asked, plan);
  noteContinuation(progress, result);
  const { outcome } = result;
  const leader = outcome.kind === 'won' ? result.attempts[outcome.leader]?.attempt : undefined;
  return outcome.kind === 'won' && leader !== undefined ? { leader, deltas: outcome.pieces } : undefined;
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
