import { longestAnswer } from '../attempt/deployment-target.ts';
import { type AskedOfAttempt, spentUsage, usageSoFar } from '../attempt/spent-usage.ts';
import type { Attempt, AttemptReport } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import { costUsd } from '../model/cost.ts';
import type { AttemptRecord, CandidateRecord, RequestRecord } from '../model/request-record.ts';
import { totalTokens, type Usage } from '../model/usage.ts';
import type { RaceAttempt } from '../race/run-race.ts';
import type { Contender } from '../routing/contender.ts';
import { attemptsOf, type CallLog, factsOf } from './call-log.ts';
import { isCallersDeadline } from './head.ts';

/** The record of a call at the instant `nowMs` (milliseconds since 1970), from its log. Attempts are told as they stand. */
export function recordOf(log: CallLog, nowMs: number, tried = triedIn(log)): RequestRecord {
  const { routed, planned, ending, operation, model, authenticated, answered, usage } = log.last;
  const leader = leaderOf(log, tried);
  const attempts = attemptRecords(log, tried, { leader, nowMs });
  const led = leader && attempts[tried.indexOf(leader)];
  const ttftMs = ttftOf(log, tried);
  // One literal with every member: what is spread into it is copied member by member, on each look at the call.
  return {
    requestId: log.requestId,
    operation: operation?.operation ?? 'other',
    endpoint: `${log.request.method} ${log.request.path}`,
    trace: log.trace,
    startedAtMs: log.startedAtMs,
    askedModel: model?.model,
    keyName: authenticated?.key.name,
    stream: routed?.facts.stream ?? false,
    route: routed?.route.name,
    strategy: routed?.route.strategy,
    explored: planned?.explored ?? false,
    candidates: candidatesOf(planned?.contenders ?? []),
    attempts,
    status: answered?.status ?? 200,
    errorCode: ending?.errorCode,
    callersDeadline: hasMissedCallersDeadline(log, ttftMs !== undefined) ? true : undefined,
    servedBy: leader?.one.attempt.deployment.id,
    routing: routingOf(tried, leader),
    ttftMs,
    totalMs: nowMs - log.startedAtMs,
    overheadMs: overheadOf(log, nowMs),
    usage: usage?.usage ?? led?.usage,
    usedTokens: usedTokens(usage?.usage, led, attempts),
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
    const tried = triedIn(log);
    const record = recordOf(log, nowMs, tried);
    const isSettled = tried.every(({ report }) => report.endedAtMs !== undefined);
    kept = isSettled ? { record, facts: log.facts.length } : undefined;
    return record;
  };
}

/** An attempt with how it stands at the instant of the record. */
interface Tried {
  readonly one: RaceAttempt;
  readonly report: AttemptReport;
}

function triedIn(log: CallLog): readonly Tried[] {
  return attemptsOf(log).map((one) => ({ one, report: one.attempt.report() }));
}

function attemptRecords(
  log: CallLog,
  tried: readonly Tried[],
  { leader, nowMs }: { readonly leader: Tried | undefined; readonly nowMs: number },
): readonly AttemptRecord[] {
  const answeredTokens = wholeAnswer(log, leader);
  return tried.map((each, index) => {
    const begunTokens = each.one.continues === true ? saidTokens(tried.slice(0, index)) : 0;
    return attemptRecord(each, { log, nowMs, isLeader: each === leader, answeredTokens, begunTokens });
  });
}

/** The tokens of the answer that the caller has had whole. */
function wholeAnswer(log: CallLog, leader: Tried | undefined): number | undefined {
  if (leader?.report.endedAtMs === undefined || leader.report.failure !== undefined) {
    return undefined;
  }
  return log.last.usage?.usage.output ?? usageSoFar(leader.report, 0).output;
}

/** Of what has been said before: part of the prompt of who goes on with it. */
function saidTokens(tried: readonly Tried[]): number {
  return tried.reduce((sum, { report }) => sum + usageSoFar(report, 0).output, 0);
}

function hasMissedCallersDeadline({ request, startedAtMs, last }: CallLog, hasBegun: boolean): boolean {
  const { routed, ending } = last;
  return (
    routed !== undefined &&
    ending?.errorCode === 'deadline_exceeded' &&
    isCallersDeadline(request, startedAtMs, routed.route.timeouts, hasBegun)
  );
}

/** The last to have led: of those who went on with the answer, else of the race. */
function leaderOf(log: CallLog, tried: readonly Tried[]): Tried | undefined {
  const { raced, continued } = log.last;
  const later = continued && factsOf(log, 'continued').findLast(({ leader }) => leader !== undefined)?.leader;
  const leader = later ?? raced?.leader;
  return leader && tried.find(({ one }) => one === leader);
}

/** The fields that the first leader's vendor could not honour, which the answer's headers have told of, and what could not be kept. */
function droppedBy(log: CallLog): readonly string[] {
  const encoding = log.last.raced?.leader?.contender.encode();
  const dropped = encoding?.kind === 'encoded' ? encoding.dropped : [];
  return log.last.unkept === undefined ? dropped : [...dropped, 'store'];
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
  const raced = log.last.raced;
  const waitedMs = (raced?.upstreamMs ?? 0) + (log.last.body?.waitedMs ?? 0);
  return Math.max(0, (raced?.atMs ?? nowMs) - log.startedAtMs - waitedMs);
}

function ttftOf({ last, startedAtMs }: CallLog, tried: readonly Tried[]): number | undefined {
  const first = last.raced?.leader;
  const { report } = tried.find(({ one }) => one === first) ?? {};
  return first === undefined || report?.ttftMs === undefined
    ? undefined
    : first.attempt.startedAtMs + report.ttftMs - startedAtMs;
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

function routingOf(tried: readonly Tried[], leader: Tried | undefined): RequestRecord['routing'] {
  if (leader?.one.hedge === true) {
    return 'hedge';
  }
  // Beside one that was slow, and not for its failure, a last resort may have been asked too.
  const isFirst = leader === undefined || leader === tried[0];
  const failed = !isFirst || tried.some((each) => each !== leader && isOwnFailure(each.report.failure));
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
  readonly isLeader: boolean;
  /** What the answer came to that its caller has had whole. */
  readonly answeredTokens: number | undefined;
  /** What others had said before it went on. */
  readonly begunTokens: number;
}

function attemptRecord({ one, report }: Tried, context: AttemptContext): AttemptRecord {
  const { log, nowMs, isLeader } = context;
  const { attempt, hedge, continues } = one;
  const { ttftMs, endedAtMs, failure, usage, feesUsd = 0 } = report;
  const { deployment, spanId, startedAtMs } = attempt;
  const spent = spentUsage(report, askedOf(attempt, context));
  const tokensUsd = costUsd(spent?.usage, deployment, log.last.routed?.facts.priceFactor);
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
  { deployment, startedAtMs }: Attempt<unknown>,
  { log, answeredTokens, begunTokens }: AttemptContext,
): AskedOfAttempt {
  const { routed, operation } = log.last;
  const isChat = operation?.operation === 'chat';
  return {
    startedAtMs,
    promptTokens: (routed?.facts.promptTokens ?? 0) + begunTokens,
    choices: routed?.facts.choices,
    isUnsized: routed?.facts.isUnsized,
    imageTokens: routed?.facts.imageTokens,
    windowTokens: deployment.contextWindow ?? ASSUMED_WINDOW,
    // A vector has no tokens.
    answerLimit: isChat ? (routed?.facts.maxOutputTokens ?? longestAnswer(deployment)) : 0,
    answeredTokens,
  };
}

function outcomeOf(failure: AttemptFailure | undefined, isLeader: boolean): AttemptRecord['outcome'] {
  if (failure?.kind === 'aborted') {
    return 'aborted';
  }
  return failure === undefined && isLeader ? 'served' : 'failed';
}
