import type { Clock } from '../model/clock.ts';
import type { Deployment, Route } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import { type RaceOfRequest, raceContenders } from '../race/race-contenders.ts';
import type { RunResult } from '../race/run-race.ts';
import type { CallEncoding, Contender } from '../routing/contender.ts';
import { conversationKey } from '../routing/routing-memory.ts';
import type { InvalidRequest } from '../surfaces/invalid-request.ts';
import { type Call, witnessKey } from './call.ts';
import { deadlineOf } from './head.ts';
import { planCall } from './plan-call.ts';
import type { GatewayResponse } from './ports.ts';
import { errorAnswer, lossAnswer } from './respond.ts';

/** One thing that callers may have models do: how its requests are read, sent and answered. What is between is the same for all. */
export interface Operation<Request extends { readonly model: string }, Piece> {
  /** Its name in the record, and the kind of the deployments that serve it. */
  readonly name: Deployment['kind'];
  readonly read: (call: Call, json: unknown) => { readonly kind: 'parsed'; readonly request: Request } | InvalidRequest;
  /** What routing may know of a request. `windowTokens`: what has to fit a model's context window. */
  readonly facts: (request: Request, tags: readonly string[]) => OperationFacts;
  /** Gives each deployment's form of a request. */
  readonly encoder: (asked: AskedOf<Request>) => (deployment: Deployment) => CallEncoding<Piece>;
  /** The answer to a call that has been won. */
  readonly respond: (call: Call, served: Served<Request, Piece>) => GatewayResponse | Promise<GatewayResponse>;
}

/** What routing knows of a request. */
export interface OperationFacts {
  readonly facts: RequestFacts;
  /** Tokens that must fit a context window: of the whole prompt, or of the longest of several inputs. */
  readonly windowTokens: number;
}

/** A request with what its attempts go by. */
export interface AskedOf<Request> {
  readonly request: Request;
  readonly route: Route;
  readonly clock: Clock;
}

/** A request for which there is somebody to ask. */
export interface Planned<Request, Piece> {
  readonly request: Request;
  readonly route: Route;
  readonly facts: RequestFacts;
  readonly contenders: readonly Contender<Piece>[];
}

/** A request that one of its contenders has answered. */
export interface Served<Request, Piece> extends Planned<Request, Piece> {
  readonly won: Extract<RunResult<Piece>['outcome'], { kind: 'won' }>;
}

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
    const key = conversationKey(route.name, facts.affinityKey);
    const deployment = outcome.leader.contender.deployment.id;
    routing.conversations.note(key, { deployment, promptTokens: facts.promptTokens }, ports.clock.nowMs());
  }
}
