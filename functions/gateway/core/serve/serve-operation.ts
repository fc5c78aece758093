import { type RaceOfRequest, raceContenders } from '../race/race-contenders.ts';
import type { RunResult } from '../race/run-race.ts';
import type { Call } from './call.ts';
import type { Operation, Planned } from './operation.ts';
import { planCall } from './plan-call.ts';
import type { GatewayResponse } from './ports.ts';
import { errorAnswer, lossAnswer } from './respond.ts';

/** Serves a call: reads its body, plans who is asked, asks, answers. */
export async function serveOperation<Request extends { readonly model: string }, Piece>(
  operation: Operation<Request, Piece>,
  call: Call,
  json: unknown,
): Promise<GatewayResponse> {
  const planned = await planCall(operation, call, json);
  if (planned.kind === 'refused') {
    return errorAnswer(call, planned.error);
  }
  const { route, facts, contenders, deadlines } = planned;
  const result = await raceCall(call, { route, facts, contenders, deadlineMs: deadlines.answerMs });
  const { attempts, upstreamMs, outcome } = result;
  const leader = outcome.kind === 'won' ? outcome.leader : undefined;
  call.log.add({ kind: 'raced', attempts, leader, upstreamMs, atMs: call.gateway.ports.clock.nowMs() });
  return outcome.kind === 'won'
    ? await operation.respond(call, { ...planned, won: outcome })
    : lossAnswer(call, result);
}

/** A race for a call's request, which ends at an instant at the latest: milliseconds since 1970. */
interface RaceToRun<Piece> extends Pick<Planned<unknown, Piece>, 'route' | 'facts' | 'contenders'> {
  readonly deadlineMs: number;
}

/** Asks contenders for a call's request under a route's settings. Rejects for a bug alone. */
export async function raceCall<Piece>(
  { gateway, request, log }: Call,
  { route, facts, contenders, deadlineMs }: RaceToRun<Piece>,
): Promise<RunResult<Piece>> {
  const { ports, hedges, opinions, shares, routing } = gateway;
  const { affinityKey, promptTokens } = facts;
  const race: RaceOfRequest<Piece> = {
    contenders,
    route,
    mode: facts.stream ? 'stream' : 'plain',
    deadlineMs,
    trace: log.trace,
    signal: request.signal,
    witness: { key: log.last.authenticated?.witness ?? '', conversation: affinityKey },
  };
  const result = await raceContenders(race, { ...ports, hedges, opinions, shares });
  if (result.outcome.kind === 'won' && affinityKey !== '') {
    // The conversation's next turn goes where this one was served: its prompt is in that vendor's cache.
    const deployment = result.outcome.leader.contender.deployment.id;
    routing.conversations.note(route.name, affinityKey, { deployment, promptTokens, atMs: ports.clock.nowMs() });
  }
  return result;
}
