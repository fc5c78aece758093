import type { Admission, LimitedKey } from '../limits/key-limiter.ts';
import type { Route, Timeouts } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { TraceContext } from '../model/trace-context.ts';
import type { Usage } from '../model/usage.ts';
import type { Looks } from '../probe/look-beside.ts';
import type { RaceAttempt } from '../race/run-race.ts';
import type { Contender } from '../routing/contender.ts';
import type { Surface } from '../surfaces/surface.ts';
import { LOADED_SURFACES, surfaceLike } from '../surfaces/surfaces.ts';
import { traceContext } from '../trace/trace-context.ts';
import type { KeptAnswer } from './answer-store.ts';
import type { GatewayState } from './gateway-state.ts';
import { servedPath } from './head.ts';
import type { AuthenticatedKey, GatewayRequest } from './ports.ts';

/** One request on its way through the gateway. */
export interface Call {
  readonly gateway: GatewayState;
  readonly request: GatewayRequest;
  /** The API that is spoken at its path, or that the path resembles: errors have its shape. */
  readonly surface: Surface;
  readonly log: CallLog;
}

/** Digits of an id of our own. */
export const ID_DIGITS = 24;

/** The call of a request that has just arrived. */
export function newCall(gateway: GatewayState, arrived: GatewayRequest): Call {
  const spoken = LOADED_SURFACES.get(arrived.path);
  const path = spoken === undefined ? servedPath(arrived.path) : arrived.path;
  const request = path === arrived.path ? arrived : { ...arrived, path };
  const { clock, newId, randomHex } = gateway.ports;
  const startedAtMs = clock.nowMs();
  const trace = traceContext(request.headers, randomHex);
  const log = newCallLog({ requestId: newId?.() ?? randomHex(ID_DIGITS), request, startedAtMs, trace });
  return { gateway, request, surface: spoken ?? surfaceLike(path, request.headers), log };
}

/** Ends a stage that began at `sinceMs`, and gives the instant. Milliseconds since 1970. */
export function endStage({ gateway, log }: Call, name: string, sinceMs: number): number {
  const nowMs = gateway.ports.clock.nowMs();
  log.stages.push({ name, durationMs: nowMs - sinceMs });
  return nowMs;
}

/** What a call has to do with answers that are kept. */
export interface Conversation {
  /** Whether its caller wants its answer kept. */
  readonly isWanted: boolean;
  /** Its answer, as far as it is known, where it is to be kept: its owner may have kept as much as one may. */
  readonly toKeep?: Omit<KeptAnswer, 'id' | 'body' | 'itemIds'>;
  readonly owner: string;
  /** Earlier answers whose days are to begin anew where this one is kept: a conversation that goes on stays whole. */
  readonly toRenew: readonly string[];
  /** How many items of its conversation stand before its own now. */
  readonly earlierItems: number;
  /** The answer that it goes on from. */
  readonly previous?: string;
}

/** All that is known of one call, in the order in which it became known. Facts are added and never changed. */
export interface CallLog {
  readonly requestId: string;
  readonly request: Pick<GatewayRequest, 'method' | 'path' | 'headers' | 'remainingMs'>;
  /** The instant of arrival, milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly trace: TraceContext;
  /** Whose call it is, once that is known. */
  readonly key: AuthenticatedKey | undefined;
  /** Of each kind the last fact. */
  readonly last: { readonly [Kind in CallFact['kind']]: Extract<CallFact, { kind: Kind }> | undefined };
  /** The attempts of every race of the call, in order. */
  readonly attempts: readonly RaceAttempt[];
  /** The last to have led: of those who went on with the answer, else of the race. */
  readonly leader: RaceAttempt | undefined;
  /** The parts of the gateway's own work that have ended, for `Server-Timing`. */
  readonly stages: Stage[];
  /** How many facts are known. */
  readonly size: number;
  readonly add: (fact: CallFact) => void;
  /** The record as it stood with so many facts, where it stands until there are more. */
  kept: { readonly record: RequestRecord; readonly size: number } | undefined;
}

/** A part of the gateway's own work, and how long it took. */
export interface Stage {
  readonly name: string;
  readonly durationMs: number;
}

/** Whose call it is. */
export interface Authenticated {
  readonly kind: 'authenticated';
  readonly key: AuthenticatedKey;
  /** Set where the key has limits that are kept in its account. */
  readonly limited: LimitedKey | undefined;
  /** The account in which its cost is summed up, where it has no such limits. */
  readonly spender: string | undefined;
  /** Names the key to the fleet's statistics. */
  readonly witness: string;
}

/** One thing that has become known of a call. Of a kind that is told twice the last one stands, but for attempts. */
export type CallFact =
  | Authenticated
  /** It counts among those that its key has open. `leave` ends that. */
  | { readonly kind: 'entered'; readonly leave: () => void }
  /** The caller's body has been waited for. */
  | { readonly kind: 'body'; readonly waitedMs: number }
  | { readonly kind: 'operation'; readonly operation: RequestRecord['operation'] }
  /** What is kept of its conversation stands before its request now. */
  | { readonly kind: 'conversation'; readonly conversation: Conversation }
  /** Its answer was to be kept, and is not. */
  | { readonly kind: 'unkept' }
  /** The model that is named in the record: the caller's word, or the name of the route that it stands for. */
  | { readonly kind: 'model'; readonly model: string }
  | { readonly kind: 'routed'; readonly route: Route; readonly facts: RequestFacts }
  /** Its key's account has taken the call in, and is to be told what it has used. */
  | { readonly kind: 'admitted'; readonly admission: Extract<Admission, { kind: 'admitted' }> }
  /** `explored`: the first is there to learn about it. */
  | { readonly kind: 'planned'; readonly contenders: readonly Contender[]; readonly explored: boolean }
  /** Probes are made while it waits. */
  | { readonly kind: 'looking'; readonly looks: Looks }
  /** The race up to commit is over. `upstreamMs`: the time with attempts in flight. */
  | {
      readonly kind: 'raced';
      readonly attempts: readonly RaceAttempt[];
      readonly leader: RaceAttempt | undefined;
      readonly upstreamMs: number;
      readonly atMs: number;
    }
  /** Others were asked to go on with an answer that broke off. */
  | { readonly kind: 'continued'; readonly attempts: readonly RaceAttempt[]; readonly leader: RaceAttempt | undefined }
  /** The usage of an answer that several deployments gave. */
  | { readonly kind: 'usage'; readonly usage: Usage }
  | { readonly kind: 'answered'; readonly status: number }
  /** How the answer stands or has ended. A stream counts as one that its caller has left until it has ended. */
  | { readonly kind: 'ending'; readonly ending: RequestRecord['ending']; readonly errorCode?: string };

/** The log of a call that has just arrived. */
export function newCallLog(head: Pick<CallLog, 'requestId' | 'request' | 'startedAtMs' | 'trace'>): CallLog {
  // Every kind from the start: members that come one by one make another shape of each call.
  const last: Record<CallFact['kind'], CallFact | undefined> = { ...NOTHING_YET };
  const log = {
    ...head,
    key: undefined as CallLog['key'],
    // Each fact stands under its own kind, which the compiler does not follow.
    last: last as CallLog['last'],
    attempts: [] as CallLog['attempts'],
    leader: undefined as CallLog['leader'],
    stages: [],
    size: 0,
    add: (fact: CallFact): void => {
      log.size += 1;
      last[fact.kind] = fact;
      if (fact.kind === 'authenticated') {
        log.key = fact.key;
      } else if (fact.kind === 'raced' || fact.kind === 'continued') {
        log.attempts = [...log.attempts, ...fact.attempts];
        log.leader = fact.leader ?? log.leader;
      }
    },
    kept: undefined,
  };
  return log;
}

const NOTHING_YET: Record<CallFact['kind'], undefined> = {
  authenticated: undefined,
  entered: undefined,
  body: undefined,
  operation: undefined,
  conversation: undefined,
  unkept: undefined,
  model: undefined,
  routed: undefined,
  admitted: undefined,
  planned: undefined,
  looking: undefined,
  raced: undefined,
  continued: undefined,
  usage: undefined,
  answered: undefined,
  ending: undefined,
};

/** What is kept of Lambda's time for a well-formed error. */
const RESERVE_MS = 1000;

/** By when a call must have been answered. Milliseconds since 1970, but for `readMs`. */
export interface Deadlines {
  /** The gateway's own: the route's, or Lambda's where that is sooner. */
  readonly ownMs: number;
  /** The least of that and the caller's. */
  readonly answerMs: number;
  /** The same for a stream that has begun: the time-out of a read begins anew with each of its chunks. */
  readonly streamMs: number;
  /** The longest that the caller waits to be sent something, milliseconds. */
  readonly readMs: number;
}

/**
 * The deadlines of a call that came at `startedAtMs`. Where the caller's own header sets one, that it passes is no failure of the gateway's.
 * OpenAI's client for Node tells its time-out as `x-stainless-timeout`, the one for Python as `x-stainless-read-timeout`.
 */
export function deadlinesOf(
  { headers, remainingMs }: Pick<GatewayRequest, 'headers' | 'remainingMs'>,
  startedAtMs: number,
  { deadlineMs }: Pick<Timeouts, 'deadlineMs'>,
): Deadlines {
  const platformMs = remainingMs === undefined ? Infinity : Math.max(0, remainingMs - RESERVE_MS);
  const ownMs = startedAtMs + Math.min(deadlineMs, platformMs);
  const told = headers['x-stainless-timeout'];
  const asked = headers['x-nemo-timeout-ms'];
  const toldRead = headers['x-stainless-read-timeout'];
  const wholeMs = told === undefined ? Infinity : durationMs(told, 1000);
  const askedMs = asked === undefined ? Infinity : durationMs(asked, 1);
  const readMs = toldRead === undefined ? Infinity : durationMs(toldRead, 1000);
  const streamMs = Math.min(ownMs, startedAtMs + wholeMs, startedAtMs + askedMs);
  return { ownMs, answerMs: Math.min(streamMs, startedAtMs + readMs), streamMs, readMs };
}

/** A positive number in a header; anything else counts as absent. */
function durationMs(text: string, unitMs: number): number {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value * unitMs : Infinity;
}
