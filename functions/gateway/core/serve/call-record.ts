import { spentUsage, usageSoFar } from '../attempt/spent-usage.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { AttemptRecord, CandidateRecord, RequestRecord } from '../model/request-record.ts';
import { costUsd, totalTokens, type Usage } from '../model/usage.ts';
import type { RaceAttempt } from '../race/race-attempt.ts';
import type { Contender } from '../routing/contender.ts';
import { attemptsOf, type CallLog, factsOf, latest } from './call-log.ts';
import { isCallersDeadline } from './head.ts';

/** The record of a call at the instant `nowMs` (milliseconds since 1970), from its log. Attempts are told as they stand. */
export function recordOf(log: CallLog, nowMs: number): RequestRecord {
  const leader = leaderOf(log);
  const routed = latest(log, 'routed');
  const planned = latest(log, 'planned');
  const ending = latest(log, 'ending');
  const tried = attemptsOf(log);
  const attempts = tried.map((one, index) => {
    const begunTokens = one.continues === true ? saidTokens(tried.slice(0, index)) : 0;
    return attemptRecord(log, one, { isLeader: one === leader, nowMs, begunTokens });
  });
  const { usage, usedTokens } = usageOf(
    log,
    attempts,
    leader === undefined ? undefined : attempts[tried.indexOf(leader)],
  );
  // One literal with every member: what is spread into it is copied member by member, on each look at the call.
  return {
    requestId: log.requestId,
    operation: latest(log, 'operation')?.operation ?? 'other',
    endpoint: `${log.request.method} ${log.request.path}`,
    trace: log.trace,
    startedAtMs: log.startedAtMs,
    askedModel: latest(log, 'model')?.model,
    keyName: latest(log, 'authenticated')?.key.name,
    stream: routed?.facts.stream ?? false,
    route: routed?.route.name,
    strategy: routed?.route.strategy,
    explored: planned?.explored ?? false,
    candidates: candidatesOf(planned?.contenders ?? []),
    attempts,
    status: latest(log, 'answered')?.status ?? 200,
    errorCode: ending?.errorCode,
    callersDeadline: hasMissedCallersDeadline(log) ? true : undefined,
    servedBy: leader?.attempt.deployment.id,
    routing: routingOf(tried, leader),
    ttftMs: ttftOf(log),
    totalMs: nowMs - log.startedAtMs,
    overheadMs: overheadOf(log, nowMs),
    usage,
    usedTokens,
    costUsd: costOf(attempts),
    ending: ending?.ending ?? 'refused',
    dropped: droppedBy(log),
  };
}

/** The records of one call. One made while all attempts have ended serves again, with its times brought up to date, until a fact is added. */
export function recordKeeper(log: CallLog): (nowMs: number) => RequestRecord {
  let kept: { readonly record: RequestRecord; readonly facts: number } | undefined;
  return (nowMs) => {
    if (kept?.facts === log.facts.length) {
      return { ...kept.record, totalMs: nowMs - log.startedAtMs, overheadMs: overheadOf(log, nowMs) };
    }
    const record = recordOf(log, nowMs);
    const isSettled = attemptsOf(log).every(({ attempt }) => attempt.report().endedAtMs !== undefined);
    kept = isSettled ? { record, facts: log.facts.length } : undefined;
    return record;
  };
}

/** Of what has been said before: part of the prompt of who goes on with it. */
function saidTokens(attempts: readonly RaceAttempt[]): number {
  return attempts.reduce((sum, { attempt }) => sum + usageSoFar(attempt.report(), 0).output, 0);
}

function hasMissedCallersDeadline(log: CallLog): boolean {
  const { request, startedAtMs } = log;
  const routed = latest(log, 'routed');
  return (
    routed !== undefined &&
    latest(log, 'ending')?.errorCode === 'deadline_exceeded' &&
    isCallersDeadline(request, startedAtMs, routed.route.timeouts, ttftOf(log) !== undefined)
  );
}

function leaderOf(log: CallLog): RaceAttempt | undefined {
  return (
    factsOf(log, 'continued').findLast(({ leader }) => leader !== undefined)?.leader ?? latest(log, 'raced')?.leader
  );
}

/** The fields that the first leader's vendor could not honour, which the answer's headers have told of, and what could not be kept. */
function droppedBy(log: CallLog): readonly string[] {
  const encoding = latest(log, 'raced')?.leader?.contender.encode();
  const dropped = encoding?.kind === 'encoded' ? encoding.dropped : [];
  return latest(log, 'unkept') === undefined ? dropped : [...dropped, 'store'];
}

/** Deployments that were found to be unable to serve the request were no candidates. */
function candidatesOf(contenders: readonly Contender[]): readonly CandidateRecord[] {
  return contenders
    .filter((contender) => !contender.isUnfit())
    .map(({ deployment, score, state }) => ({ deployment: deployment.id, score, state }));
}

/**
 * The overhead is the time since the call's start that was spent waiting neither for a provider nor for the caller's body. It counts until
 * commit: what happens later is the stream's time, not the gateway's.
 */
function overheadOf(log: CallLog, nowMs: number): number {
  const raced = latest(log, 'raced');
  const waitedMs = (raced?.upstreamMs ?? 0) + (latest(log, 'body')?.waitedMs ?? 0);
  return Math.max(0, (raced?.atMs ?? nowMs) - log.startedAtMs - waitedMs);
}

function ttftOf(log: CallLog): number | undefined {
  const attempt = latest(log, 'raced')?.leader?.attempt;
  const ttftMs = attempt?.report().ttftMs;
  return attempt === undefined || ttftMs === undefined ? undefined : attempt.startedAtMs + ttftMs - log.startedAtMs;
}

function usageOf(
  log: CallLog,
  attempts: readonly AttemptRecord[],
  leader: AttemptRecord | undefined,
): Pick<RequestRecord, 'usage' | 'usedTokens'> {
  const whole = latest(log, 'usage')?.usage;
  return { usage: whole ?? leader?.usage, usedTokens: usedTokens(whole, leader, attempts) };
}

/** Of all attempts that have one; `undefined` where none has. */
function costOf(attempts: readonly AttemptRecord[]): number | undefined {
  let sum: number | undefined;
  for (const { costUsd: cost } of attempts) {
    sum = cost === undefined ? sum : (sum ?? 0) + cost;
  }
  return sum;
}

/** Of one answer, however many have been asked for it: the one that served, else the largest that a vendor bills. */
function usedTokens(
  whole: Usage | undefined,
  leader: AttemptRecord | undefined,
  attempts: readonly AttemptRecord[],
): number | undefined {
  if (whole === undefined && leader?.spentTokens !== undefined && leader.continues !== true) {
    return leader.spentTokens;
  }
  const spent = attempts.flatMap(({ spentTokens }) => spentTokens ?? []);
  return spent.length === 0 ? undefined : Math.max(whole === undefined ? 0 : totalTokens(whole), ...spent);
}

function routingOf(attempts: readonly RaceAttempt[], leader: RaceAttempt | undefined): RequestRecord['routing'] {
  if (leader?.hedge === true) {
    return 'hedge';
  }
  // Beside one that was slow, and not for its failure, a last resort may have been asked too.
  const isFirst = leader === undefined || leader === attempts[0];
  const failed = !isFirst || attempts.some((one) => one !== leader && isOwnFailure(one.attempt.report().failure));
  return failed ? 'fallback' : 'direct';
}

function isOwnFailure(failure: AttemptFailure | undefined): boolean {
  return failure !== undefined && failure.kind !== 'aborted';
}

/** Tokens of a context window that nobody has told. */
const ASSUMED_WINDOW = 200_000;

/** What is known of an attempt from the others of its call. `begunTokens`: of the answer so far, which was part of its prompt. */
interface AmongAttempts {
  readonly isLeader: boolean;
  readonly nowMs: number;
  readonly begunTokens: number;
}

function attemptRecord(
  log: CallLog,
  { attempt, hedge, continues }: RaceAttempt,
  { isLeader, nowMs, begunTokens }: AmongAttempts,
): AttemptRecord {
  const report = attempt.report();
  const { ttftMs, endedAtMs, failure, usage } = report;
  const { deployment, spanId, startedAtMs } = attempt;
  const spent = spentBy(attempt, latest(log, 'routed')?.facts, begunTokens);
  return {
    deployment: deployment.id,
    provider: deployment.provider,
    protocol: deployment.providerSettings.protocol,
    vendorModel: deployment.model,
    spanId,
    hedge,
    startedAfterMs: startedAtMs - log.startedAtMs,
    outcome: outcomeOf(failure, isLeader),
    failure,
    ttftMs,
    totalMs: (endedAtMs ?? nowMs) - startedAtMs,
    usage,
    costUsd: spent.costUsd,
    spentTokens: spent.tokens,
    isCostEstimate: spent.costUsd !== undefined && spent.isEstimate ? true : undefined,
    continues,
  };
}

/** What an attempt has used and costs. */
function spentBy(
  attempt: RaceAttempt['attempt'],
  facts: Partial<RequestFacts> = {},
  begunTokens = 0,
): { readonly costUsd: number | undefined; readonly tokens: number | undefined; readonly isEstimate: boolean } {
  const { deployment, startedAtMs } = attempt;
  const { promptTokens = 0, priceFactor = 1, isUnsized = false } = facts;
  const report = attempt.report();
  const mostPromptTokens = isUnsized ? (deployment.contextWindow ?? ASSUMED_WINDOW) : 0;
  const spent = spentUsage(report, { promptTokens: promptTokens + begunTokens, mostPromptTokens, startedAtMs });
  const tokensUsd = costUsd(spent?.usage, deployment, priceFactor);
  return {
    costUsd: tokensUsd === undefined ? undefined : tokensUsd + (report.feesUsd ?? 0),
    tokens: spent && totalTokens(spent.usage),
    isEstimate: spent?.isEstimate === true,
  };
}

function outcomeOf(failure: AttemptFailure | undefined, isLeader: boolean): AttemptRecord['outcome'] {
  if (failure?.kind === 'aborted') {
    return 'aborted';
  }
  return failure === undefined && isLeader ? 'served' : 'failed';
}
