import type { Clock } from '../model/clock.ts';
import type { Deployment, Route } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import { type RaceOfRequest, raceContenders } from '../race/race-contenders.ts';
import type { RunResult } from '../race/run-race.ts';
import type { CallEncoding, Contender } from '../routing/contender.ts';
import { promptFactor } from '../statistics/prompt-size.ts';
import type { InvalidRequest } from '../surfaces/invalid-request.ts';
import type { Call } from './call.ts';
import { deadlineOf } from './head.ts';
import { planCall } from './plan-call.ts';
import type { GatewayResponse } from './ports.ts';
import { errorAnswer, lossAnswer } from './respond.ts';

/** One thing that callers may have models do: how its requests are read, sent and answered. What is between is the same for all. */
export interface Operation<Request extends { readonly model: string }, Piece> {
  /** Its name in the record, and the kind of the deployments that serve it. */
  readonly name: Deployment['kind'];
  readonly read: (json: unknown) => { readonly kind: 'parsed'; readonly request: Request } | InvalidRequest;
  /** What routing may know of a request. `windowTokens`: what has to fit a model's context window. */
  readonly facts: (request: Request, tags: readonly string[]) => OperationFacts;
  /** One deployment's form of a request. */
  readonly encode: (asked: AskedOf<Request>, deployment: Deployment) => CallEncoding<Piece>;
  /** The answer to a call that has been won. */
  readonly respond: (call: Call, served: Served<Request, Piece>) => GatewayResponse;
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
  return outcome.kind === 'won' ? operation.respond(call, { ...planned, won: outcome }) : lossAnswer(call, result);
}

/** Asks contenders for a call's request under a route's settings. Rejects for a bug alone. */
export async function raceCall<Piece>(
  { gateway, request, log }: Call,
  { route, facts, contenders }: Pick<Planned<unknown, Piece>, 'route' | 'facts' | 'contenders'>,
): Promise<RunResult<Piece>> {
  const { ports, hedges } = gateway;
  const race: RaceOfRequest<Piece> = {
    contenders,
    route,
    mode: facts.stream ? 'stream' : 'plain',
    deadlineMs: deadlineOf(request, log.startedAtMs, route.timeouts),
    trace: log.trace,
    signal: request.signal,
    promptFactor: promptFactor(facts.promptTokens, ports.config.statistics.promptDoublingTokens),
  };
  return await raceContenders(race, { ...ports, hedges });
}
