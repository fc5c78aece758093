import type { Admission } from '../limits/key-limiter.ts';
import type { Route } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { TraceContext } from '../model/trace-context.ts';
import type { Usage } from '../model/usage.ts';
import type { Looks } from '../probe/look-beside.ts';
import type { RaceAttempt } from '../race/run-race.ts';
import type { Contender } from '../routing/contender.ts';
import type { KeptAnswer } from './answer-store.ts';
import type { AuthenticatedKey, GatewayRequest } from './ports.ts';

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
  readonly facts: readonly CallFact[];
  /** Of each kind the last one. */
  readonly last: { readonly [Kind in CallFact['kind']]: FactOf<Kind> | undefined };
  readonly add: (fact: CallFact) => void;
}

/** One thing that has become known of a call. Of a kind that is told twice the last one stands, but for attempts and stages. */
export type CallFact =
  /** A part of the gateway's own work has ended, for `Server-Timing`. */
  | { readonly kind: 'stage'; readonly name: string; readonly durationMs: number }
  | { readonly kind: 'authenticated'; readonly key: AuthenticatedKey }
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
  const facts: CallFact[] = [];
  // Every kind from the start: members that come one by one make another shape of each call.
  const last: Record<CallFact['kind'], CallFact | undefined> = { ...NOTHING_YET };
  const add = (fact: CallFact): void => {
    facts.push(fact);
    last[fact.kind] = fact;
  };
  // Each fact stands under its own kind, which the compiler does not follow.
  return { ...head, facts, last: last as CallLog['last'], add };
}

const NOTHING_YET: Record<CallFact['kind'], undefined> = {
  stage: undefined,
  authenticated: undefined,
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

type FactOf<Kind extends CallFact['kind']> = Extract<CallFact, { kind: Kind }>;

/** Every fact of a kind. */
export function factsOf<Kind extends CallFact['kind']>({ facts }: CallLog, kind: Kind): readonly FactOf<Kind>[] {
  return facts.filter((fact): fact is FactOf<Kind> => fact.kind === kind);
}

/** The attempts of every race of the call, in order. */
export function attemptsOf({ facts, last }: CallLog): readonly RaceAttempt[] {
  if (last.continued === undefined) {
    return last.raced?.attempts ?? [];
  }
  return facts.flatMap((fact) => (fact.kind === 'raced' || fact.kind === 'continued' ? fact.attempts : []));
}
