import type { RequestRecord } from '../../../functions/gateway/core/model/request-record.ts';
import type { CallOutcome, SeenCalls } from './soak-messages.ts';

/** What the gateways have recorded of one call. */
export interface RecordedCall {
  readonly requestId: string;
  readonly ending: RequestRecord['ending'];
  readonly status: number;
  /** For each provider the attempts at it, and those among them that may have ended before they were sent. */
  readonly attempts: readonly number[];
  readonly stopped: readonly number[];
}

/** Keeps of a record what the soak checks: records themselves would be what grows. */
export function recordedCall(record: RequestRecord, providers: readonly string[]): RecordedCall {
  const { requestId, ending, status } = record;
  const countOf = (provider: string, isStopped: boolean): number =>
    record.attempts.filter((attempt) => attempt.provider === provider && (!isStopped || mayBeUnsent(attempt))).length;
  return {
    requestId,
    ending,
    status,
    attempts: providers.map((provider) => countOf(provider, false)),
    stopped: providers.map((provider) => countOf(provider, true)),
  };
}

/** Stopped without a token: perhaps while its connection was being made, which takes seconds when thousands are made at once. */
function mayBeUnsent({ ttftMs, failure }: RequestRecord['attempts'][number]): boolean {
  return ttftMs === undefined && (failure?.kind === 'aborted' || failure?.kind === 'timed-out');
}

export interface Account {
  readonly outcome: CallOutcome;
  readonly seen: SeenCalls;
  readonly records: readonly RecordedCall[];
}

/** What is wrong with the account of one call; `undefined`: nothing. */
export function flawOf({ outcome, seen, records }: Account): string | undefined {
  const [record] = records;
  if (record === undefined || records.length > 1) {
    return `it has ${records.length} records, its caller saw ${JSON.stringify(outcome)}, the providers ${seen.requests.join(' ')} requests`;
  }
  return flawOfAnswer(outcome, record) ?? flawOfAttempts(seen, record);
}

function flawOfAnswer(outcome: CallOutcome, record: RecordedCall): string | undefined {
  if (outcome.kind === 'broken') {
    return `its caller saw bytes that are neither an answer nor an error: ${outcome.reason}`;
  }
  if (outcome.kind === 'hung-up') {
    return undefined;
  }
  const { requestId, status, isDone, hasError } = outcome;
  if (isDone === hasError) {
    return 'its answer is both whole and an error, or neither';
  }
  const isSame = record.requestId === requestId && record.status === status;
  return isSame && (record.ending === 'complete') === isDone ? undefined : 'it is not recorded as its caller saw it';
}

/** Each attempt is one request, but for one that was stopped before it was sent and one that was sent again over a fresh connection. */
function flawOfAttempts({ requests, brokenOff }: SeenCalls, { attempts, stopped }: RecordedCall): string | undefined {
  const isSound = attempts.every((attempted, provider) => {
    const seen = requests[provider] ?? 0;
    return seen >= attempted - (stopped[provider] ?? 0) && seen <= attempted + (brokenOff[provider] ?? 0);
  });
  return isSound ? undefined : `its attempts are ${attempts.join(' ')}, and the providers saw ${requests.join(' ')}`;
}
