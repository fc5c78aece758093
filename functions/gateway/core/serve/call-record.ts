import { type AskedOfAttempt, spentUsage, usageSoFar } from '../attempt/spent-usage.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import { defined } from '../model/defined.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { AttemptRecord, CandidateRecord, RequestRecord } from '../model/request-record.ts';
import { costUsd, totalTokens, type Usage } from '../model/usage.ts';
import type { RaceAttempt } from '../race/race-attempt.ts';
import type { Contender } from '../routing/contender.ts';
import { attemptsOf, type CallLog, factsOf, latest } from './call-log.ts';
import { isCallersDeadline } from './head.ts';
import { longestAnswer } from './longest-answer.ts';

/** The record of a call at the instant `nowMs` (milliseconds since 1970), from its log. Attempts are told as they stand. */
export function recordOf(log: CallLog, nowMs: number): RequestRecord {
  const leader = leaderOf(log);
  const routed = latest(log, 'routed');
  const planned = latest(log, 'planned');
  const ending = latest(log, 'ending');
  const tried = attemptsOf(log);
  const attempts = attemptRecords(log, tried, { leader, nowMs });
  const { usage, usedTokens } = usageOf(log, attempts, leader && attempts[tried.indexOf(leader)]);
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

function attemptRecords(
  log: CallLog,
  tried: readonly RaceAttempt[],
  { leader, nowMs }: { readonly leader: RaceAttempt | undefined; readonly nowMs: number },
): readonly AttemptRecord[] {
  const facts = latest(log, 'routed')?.facts;
  const { promptTokens = 0, priceFactor = 1, choices = 1, isUnsized, imageTokens, maxOutputTokens } = facts ?? {};
  const asked = { choices, ...defined({ isUnsized, imageTokens, answeredTokens: wholeAnswer(log, leader) }) };
  return tried.map((one, index) => {
    const begunTokens = one.continues === true ? saidTokens(tried.slice(0, index)) : 0;
    const about = { log, nowMs, priceFactor, isLeader: one === leader, ...defined({ maxOutputTokens }) };
    return attemptRecord(one, { ...about, asked: { ...asked, promptTokens: promptTokens + begunTokens } });
  });
}

/** The tokens of the answer that the caller has had whole. */
function wholeAnswer(log: CallLog, leader: RaceAttempt | undefined): number | undefined {
  const report = leader?.attempt.report();
  if (report?.endedAtMs === undefined || report.failure !== undefined) {
    return undefined;
  }
  return latest(log, 'usage')?.usage.output ?? usageSoFar(report, 0).output;
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

interface AttemptContext {
  readonly log: CallLog;
  readonly nowMs: number;
  readonly asked: Omit<AskedOfAttempt, 'startedAtMs' | 'windowTokens' | 'answerLimit'>;
  readonly maxOutputTokens?: number;
  readonly priceFactor: number;
  readonly isLeader: boolean;
}

function attemptRecord({ attempt, hedge, continues }: RaceAttempt, context: AttemptContext): AttemptRecord {
  const { log, nowMs, priceFactor, isLeader } = context;
  const report = attempt.report();
  const { ttftMs, endedAtMs, failure, usage, feesUsd = 0 } = report;
  const { deployment, spanId, startedAtMs } = attempt;
  const spent = spentUsage(report, { startedAtMs, ...askedOf(context, deployment) });
  const tokensUsd = costUsd(spent?.usage, deployment, priceFactor);
  const cost = tokensUsd === undefined ? undefined : tokensUsd + feesUsd;
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
    costUsd: cost,
    spentTokens: spent && totalTokens(spent.usage),
    isCostEstimate: cost !== undefined && spent?.isEstimate === true ? true : undefined,
    continues,
  };
}

function askedOf(
  { log, asked, maxOutputTokens }: AttemptContext,
  deployment: Deployment,
): Omit<AskedOfAttempt, 'startedAtMs'> {
  const isChat = latest(log, 'operation')?.operation === 'chat';
  return {
    ...asked,
    windowTokens: deployment.contextWindow ?? ASSUMED_WINDOW,
    // A vector has no tokens.
    ...defined({ answerLimit: isChat ? (maxOutputTokens ?? longestAnswer(deployment)) : 0 }),
  };
}

function outcomeOf(failure: AttemptFailure | undefined, isLeader: boolean): AttemptRecord['outcome'] {
  if (failure?.kind === 'aborted') {
    return 'aborted';
  }
  return failure === undefined && isLeader ? 'served' : 'failed';
}
