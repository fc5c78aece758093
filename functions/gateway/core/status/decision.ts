import { describeFailure } from '../model/attempt-failure.ts';
import { defined } from '../model/defined.ts';
import type { ProbeRecord } from '../model/probe-record.ts';
import type { AttemptRecord, CandidateRecord, RequestRecord } from '../model/request-record.ts';
import { codeWord, type OperatorsFault, operatorsFault, redactSecrets } from '../model/vendor-text.ts';
import { isSecondOpinion } from './rollup.ts';

/**
 * How one call was decided and what came of it. Times are milliseconds. No prompt, no answer, no key, not even a key's name; what a caller
 * or a vendor wrote is cut short, and what looks like a credential in it is left out.
 */
export interface Decision
  extends Pick<
    RequestRecord,
    'requestId' | 'stream' | 'strategy' | 'explored' | 'status' | 'ending' | 'routing' | 'route' | 'servedBy'
  > {
  /** The instant of arrival, milliseconds since 1970. */
  readonly atMs: number;
  readonly operation: 'chat' | 'embeddings';
  /** The caller's `model`. */
  readonly asked?: string;
  /** OpenAI's error code, where the caller saw an error. */
  readonly code?: string;
  /** From arrival to the first token, and to the end. */
  readonly ttftMs?: number;
  readonly totalMs: number;
  /** The gateway's own share of the time. */
  readonly overheadMs: number;
  readonly tokens?: DecisionTokens;
  /** Dollars over all attempts. */
  readonly costUsd?: number;
  readonly attempts: readonly DecisionAttempt[];
  /** One-token calls that were made beside it, to learn of others. */
  readonly probes?: readonly DecisionProbe[];
  /** The deployments that could serve it, in the order in which they would be asked. Only the first of a long list. */
  readonly candidates?: readonly DecisionCandidate[];
}

/** What the vendor has counted. `cached` is a part of `input`. */
export interface DecisionTokens {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/** What a probe found. */
export interface DecisionProbe {
  readonly deployment: string;
  /** From our dial. Absent where none came. */
  readonly ttftMs?: number;
  /** Why it failed, in a few words. */
  readonly reason?: string;
}

/** A deployment as it was ranked for one call. The lower its score the better; the unit is the strategy's. */
export type DecisionCandidate = Pick<CandidateRecord, 'deployment' | 'score' | 'state'>;

/** One attempt of a decision, as the live page shows it. The vendor's sentence is there where the fault is the operator's. */
export interface DecisionAttempt
  extends Pick<AttemptRecord, 'deployment' | 'provider' | 'outcome' | 'hedge' | 'continues'>,
    Partial<OperatorsFault> {
  /** Set where it was asked because another provider had refused in words that nobody here knows. */
  readonly secondOpinion?: true;
  /** Why it failed or was stopped, in a few words. */
  readonly reason?: string;
  /** After the request's arrival. */
  readonly startedAfterMs: number;
  /** From our dial. */
  readonly ttftMs?: number;
  readonly totalMs: number;
}

/** The decision of an ended call; `undefined` for one that asked for no model: lists, the status itself, strangers. */
export function decisionOf(record: RequestRecord): Decision | undefined {
  const { operation, askedModel, errorCode, ttftMs, route, strategy, servedBy } = record;
  if (operation === 'other') {
    return undefined;
  }
  const code = codeWord(errorCode);
  return {
    requestId: record.requestId,
    atMs: Math.floor(record.startedAtMs),
    operation,
    ...(askedModel === undefined ? {} : { asked: short(askedModel) }),
    ...defined({ route, strategy }),
    stream: record.stream,
    explored: record.explored,
    status: record.status,
    ...defined({ code }),
    ending: record.ending,
    routing: record.routing,
    ...defined({ servedBy }),
    ...(ttftMs === undefined ? {} : { ttftMs: tenths(ttftMs) }),
    totalMs: tenths(record.totalMs),
    overheadMs: tenths(record.overheadMs),
    ...spentOn(record),
    attempts: record.attempts.map((attempt, index) => decisionAttempt(attempt, record.attempts.slice(0, index))),
    ...(record.probes === undefined ? {} : { probes: record.probes.map(decisionProbe) }),
    ...(record.candidates.length === 0
      ? {}
      : { candidates: record.candidates.slice(0, MAX_CANDIDATES).map(candidate) }),
  };
}

function spentOn({ usage, costUsd }: RequestRecord): Pick<Decision, 'tokens' | 'costUsd'> {
  const { input = 0, cacheRead: cached = 0, output = 0 } = usage ?? {};
  return {
    ...(usage === undefined ? {} : { tokens: { input, cached, output } }),
    ...defined({ costUsd }),
  };
}

function decisionProbe({ deployment, ttftMs, failure }: ProbeRecord): DecisionProbe {
  return {
    deployment: deployment.id,
    ...(ttftMs === undefined ? {} : { ttftMs: tenths(ttftMs) }),
    ...(failure === undefined ? {} : { reason: short(describeFailure(failure)) }),
  };
}

function decisionAttempt(attempt: AttemptRecord, before: readonly AttemptRecord[]): DecisionAttempt {
  const { deployment, provider, outcome, failure, hedge, continues, ttftMs } = attempt;
  return {
    deployment,
    provider,
    outcome,
    ...(failure === undefined ? {} : { reason: short(describeFailure(failure)), ...operatorsFault(failure) }),
    hedge,
    ...defined({ continues }),
    ...(isSecondOpinion(attempt, before) ? { secondOpinion: true } : {}),
    startedAfterMs: tenths(attempt.startedAfterMs),
    ...(ttftMs === undefined ? {} : { ttftMs: tenths(ttftMs) }),
    totalMs: tenths(attempt.totalMs),
  };
}

/** A status has two hundred decisions. */
const MAX_CANDIDATES = 8;

function candidate({ deployment, score, state }: CandidateRecord): DecisionCandidate {
  return { deployment, score, state };
}

const MAX_TEXT_LENGTH = 200;

function short(text: string): string {
  return redactSecrets(text).slice(0, MAX_TEXT_LENGTH);
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
