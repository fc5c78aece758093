import type { Clock } from '../model/clock.ts';
import type { Deployment, Route } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { RunResult } from '../race/run-race.ts';
import type { CallEncoding, Contender } from '../routing/contender.ts';
import type { InvalidRequest } from '../surfaces/invalid-request.ts';
import type { Call, Deadlines } from './call.ts';
import type { GatewayResponse } from './ports.ts';

/** One thing that callers may have models do: how its requests are read, sent and answered. What is between is the same for all. */
export interface Operation<Request extends { readonly model: string }, Piece> {
  /** Its name in the record, and the kind of the deployments that serve it. */
  readonly name: Deployment['kind'];
  /** Reads a body. `tags`: what the caller asks of a deployment beside it. */
  readonly read: (call: Call, json: unknown, tags: readonly string[]) => ReadRequest<Request> | InvalidRequest;
  /** Gives each deployment's form of a request. */
  readonly encoder: (asked: AskedOf<Request>) => (deployment: Deployment) => CallEncoding<Piece>;
  /** The answer to a call that has been won. */
  readonly respond: (call: Call, served: Served<Request, Piece>) => GatewayResponse | Promise<GatewayResponse>;
}

/** A request, and what routing may know of it. */
export interface ReadRequest<Request> {
  readonly kind: 'parsed';
  readonly request: Request;
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
  readonly deadlines: Deadlines;
}

/** A request that one of its contenders has answered. */
export interface Served<Request, Piece> extends Planned<Request, Piece> {
  readonly won: Extract<RunResult<Piece>['outcome'], { kind: 'won' }>;
}
