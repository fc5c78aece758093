import { type RaceOfRequest, raceContenders } from '../race/race-contenders.ts';
import type { RunResult } from '../race/run-race.ts';
import { type Call, witnessKey } from './call.ts';
import { deadlineOf } from './head.ts';
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
  const result = await raceCall(call, planned);
  const { attempts, upstreamMs, outcome } = result;
  const leader = outcome.kind === 'won' ? outcome.leader : undefined;
  call.log.add({ kind: 'raced', attempts, leader, upstreamMs, atMs: call.gateway.ports.clock.nowMs() });
  return outcome.kind === 'won'
    ? await operation.respond(call, { ...planned, won: outcome })
    : lossAnswer(call, result);
}

/** A race for a call's request. `waitsSinceMs`: since when the caller of a stream has been sent nothing; absent: since the call's arrival. */
interface RaceToRun<Piece> extends Pick<Planned<unknown, Piece>, 'route' | 'facts' | 'contenders'> {
  readonly waitsSinceMs?: number;
}

/** Asks contenders for a call's request under a route's settings. Rejects for a bug alone. */
export async function raceCall<Piece>(
  call: Call,
  { route, facts, contenders, waitsSinceMs }: RaceToRun<Piece>,
): Promise<RunResult<Piece>> {
  const { gateway, request, log } = call;
  const { ports, hedges, opinions, shares } = gateway;
  const race: RaceOfRequest<Piece> = {
    contenders,
    route,
    mode: facts.stream ? 'stream' : 'plain',
    deadlineMs: deadlineOf(request, log.startedAtMs, route.timeouts, waitsSinceMs),
    trace: log.trace,
    signal: request.signal,
    witness: { key: witnessKey(call), conversation: facts.affinityKey },
  };
  const result = await raceContenders(race, { ...ports, hedges, opinions, shares });
  noteTurn(call, { route, facts }, result);
  return result;
}

/** The conversation's next turn goes where this one was served: its prompt is in that vendor's cache. */
function noteTurn(
  { gateway: { ports, routing } }: Call,
  { route, facts }: Pick<Planned<unknown, unknown>, 'route' | 'facts'>,
  { outcome }: RunResult<unknown>,
): void {
  if (outcome.kind === 'won' && facts.affinityKey !== '') {
    const deployment = outcome.leader.contender.deployment.id;
    const turn = { deployment, promptTokens: facts.promptTokens, atMs: ports.clock.nowMs() };
    routing.conversations.note(route.name, facts.affinityKey, turn);
  }
}
