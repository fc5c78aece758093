import { longestAnswer } from '../attempt/deployment-target.ts';
import { spentUsage, usageSoFar } from '../attempt/spent-usage.ts';
import type { AttemptReport } from '../model/attempt.ts';
import { costUsd } from '../model/cost.ts';
import type { AttemptRecord, RequestRecord } from '../model/request-record.ts';
import type { Usage } from '../model/usage.ts';
import type { RaceAttempt } from '../race/run-race.ts';
import { type CallLog, deadlinesOf } from './call.ts';

/** What the headers of an answer tell of its call: no money, and nothing of the plan. */
export interface CallHead
  extends Pick<RequestRecord, 'requestId' | 'servedBy' | 'routing' | 'ttftMs' | 'totalMs' | 'overheadMs' | 'dropped'> {
  readonly attempts: readonly AttemptHead[];
}

/** What the headers of an answer tell of one attempt. */
export type AttemptHead = Pick<AttemptRecord, 'deployment' | 'outcome' | 'failure' | 'ttftMs' | 'totalMs'>;

/** An attempt as it stands. */
interface Tried extends AttemptHead {
  readonly one: RaceAttempt;
  readonly report: AttemptReport;
}

interface KnownHead extends CallHead {
  readonly attempts: readonly Tried[];
}

const NONE: readonly string[] = [];

/** What is known of a call at the instant `nowMs` (milliseconds since 1970) for the headers of its answer. Attempts are told as they stand. */
export function headOf(log: CallLog, nowMs: number): KnownHead {
  const { requestId, startedAtMs, leader, last } = log;
  const { raced, body } = last;
  const first = raced?.leader;
  const attempts = log.attempts.map((one) => triedOne(one, leader, nowMs));
  const ttftMs = attempts.find(({ one }) => one === first)?.ttftMs;
  // The fields that the first leader's vendor could not honour, and what could not be kept.
  const encoding = first?.contender.encode();
  const dropped = encoding?.kind === 'encoded' ? encoding.dropped : NONE;
  // Waiting for a provider or for the caller's body is no overhead, nor is what comes after commit: that is the stream's time.
  const waitedMs = (raced?.upstreamMs ?? 0) + (body?.waitedMs ?? 0);
  return {
    requestId,
    servedBy: leader?.attempt.deployment.id,
    routing: routingOf(attempts, leader),
    ttftMs: first === undefined || ttftMs === undefined ? undefined : first.attempt.startedAtMs + ttftMs - startedAtMs,
    totalMs: nowMs - startedAtMs,
    overheadMs: Math.max(0, (raced?.atMs ?? nowMs) - startedAtMs - waitedMs),
    dropped: last.unkept === undefined ? dropped : [...dropped, 'store'],
    attempts,
  };
}

function triedOne(one: RaceAttempt, leader: RaceAttempt | undefined, nowMs: number): Tried {
  const { deployment, startedAtMs } = one.attempt;
  const report = one.attempt.report();
  const { failure, ttftMs, endedAtMs = nowMs } = report;
  let outcome: Tried['outcome'] = failure?.kind === 'aborted' ? 'aborted' : 'failed';
  if (failure === undefined && one === leader) {
    outcome = 'served';
  }
  return { one, report, deployment: deployment.id, outcome, failure, ttftMs, totalMs: endedAtMs - startedAtMs };
}

function routingOf(tried: readonly Tried[], leader: RaceAttempt | undefined): RequestRecord['routing'] {
  if (leader?.hedge === true) {
    return 'hedge';
  }
  // Beside one that was slow, and not for its failure, a last resort may have been asked too.
  const isFirst = leader === undefined || leader === tried[0]?.one;
  const isFallback =
    !isFirst || tried.some(({ one, failure }) => one !== leader && failure !== undefined && failure.kind !== 'aborted');
  return isFallback ? 'fallback' : 'direct';
}

/**
 * The record of a call at the instant `nowMs` (milliseconds since 1970), from its log. Attempts are told as they stand. One made when the
 * race is over and all attempts have ended serves again, with its time brought up to date, until a fact is added.
 */
export function recordOf(log: CallLog, nowMs: number): RequestRecord {
  const { kept, size } = log;
  if (kept?.size === size) {
    return { ...kept.record, totalMs: nowMs - log.startedAtMs };
  }
  const head = headOf(log, nowMs);
  const record = newRecord(log, head);
  const isSettled = log.last.raced !== undefined && head.attempts.every(({ report }) => report.endedAtMs !== undefined);
  log.kept = isSettled ? { record, size } : undefined;
  return record;
}

function newRecord(log: CallLog, head: KnownHead): RequestRecord {
  const { routed, planned, ending, operation, model, answered, usage } = log.last;
  const led = head.attempts.findIndex(({ one }) => one === log.leader);
  const attempts = attemptRecords(log, head.attempts, head.attempts[led]);
  const spent = spentOn(attempts, attempts[led], usage?.usage);
  // One literal with every member: what is spread into it is copied member by member, on each look at the call.
  return {
    requestId: log.requestId,
    operation: operation?.operation ?? 'other',
    endpoint: `${log.request.method} ${log.request.path}`,
    trace: log.trace,
    startedAtMs: log.startedAtMs,
    askedModel: model?.model,
    keyName: log.key?.name,
    stream: routed?.facts.stream ?? false,
    route: routed?.route.name,
    strategy: routed?.route.strategy,
    explored: planned?.explored ?? false,
    // Deployments that were found to be unable to serve the request were no candidates.
    candidates: (planned?.contenders ?? [])
      .filter((contender) => !contender.isUnfit())
      .map(({ deployment, score, state }) => ({ deployment: deployment.id, score, state })),
    attempts,
    status: answered?.status ?? 200,
    errorCode: ending?.errorCode,
    callersDeadline: ending?.errorCode === 'deadline_exceeded' ? isCallersDeadline(log, head) : undefined,
    servedBy: head.servedBy,
    routing: head.routing,
    ttftMs: head.ttftMs,
    totalMs: head.totalMs,
    overheadMs: head.overheadMs,
    usage: usage?.usage ?? attempts[led]?.usage,
    usedTokens: spent.usedTokens,
    costUsd: spent.costUsd,
    ending: ending?.ending ?? 'refused',
    dropped: head.dropped,
  };
}

/** Whether the deadline that has passed was one that the caller's own header had set; `undefined`: it was not. */
function isCallersDeadline({ request, startedAtMs, last }: CallLog, { ttftMs }: CallHead): true | undefined {
  if (last.routed === undefined) {
    return undefined;
  }
  const { ownMs, answerMs, streamMs } = deadlinesOf(request, startedAtMs, last.routed.route.timeouts);
  return (ttftMs === undefined ? answerMs : streamMs) < ownMs ? true : undefined;
}

/** What all attempts cost, where one has a cost, and the tokens of one answer, however many have been asked for it. */
function spentOn(
  attempts: readonly AttemptRecord[],
  led: AttemptRecord | undefined,
  whole: Usage | undefined,
): Pick<RequestRecord, 'usedTokens' | 'costUsd'> {
  let costUsd: number | undefined;
  for (const { costUsd: cost } of attempts) {
    costUsd = cost === undefined ? costUsd : (costUsd ?? 0) + cost;
  }
  // Of the one that served, else the largest that a vendor bills.
  if (whole === undefined && led?.spentTokens !== undefined && led.continues !== true) {
    return { usedTokens: led.spentTokens, costUsd };
  }
  const spent = attempts.flatMap(({ spentTokens }) => spentTokens ?? []);
  const wholeTokens = whole === undefined ? 0 : whole.input + whole.output;
  return { usedTokens: spent.length === 0 ? undefined : Math.max(wholeTokens, ...spent), costUsd };
}

/** Tokens of a context window that nobody has told. */
const ASSUMED_WINDOW = 200_000;

function attemptRecords(log: CallLog, tried: readonly Tried[], led: Tried | undefined): readonly AttemptRecord[] {
  // Of the answer that the caller has had whole.
  const isWhole = led?.report.endedAtMs !== undefined && led.failure === undefined;
  const answeredTokens = isWhole ? (log.last.usage?.usage.output ?? usageSoFar(led.report, 0).output) : undefined;
  return tried.map((each, index) => {
    // What has been said before is part of the prompt of who goes on with it.
    const begunTokens =
      each.one.continues === true
        ? tried.slice(0, index).reduce((sum, { report }) => sum + usageSoFar(report, 0).output, 0)
        : 0;
    return attemptRecord(log, each, { answeredTokens, begunTokens });
  });
}

function attemptRecord(
  { startedAtMs, last: { routed, operation } }: CallLog,
  { one, report, deployment: id, outcome, failure, ttftMs, totalMs }: Tried,
  { answeredTokens, begunTokens }: { readonly answeredTokens: number | undefined; readonly begunTokens: number },
): AttemptRecord {
  const { attempt, hedge, continues } = one;
  const { deployment } = attempt;
  const { feesUsd = 0 } = report;
  const facts = routed?.facts;
  // A vector has no tokens.
  const answerLimit = operation?.operation === 'chat' ? (facts?.maxOutputTokens ?? longestAnswer(deployment)) : 0;
  const spent = spentUsage(report, {
    startedAtMs: attempt.startedAtMs,
    promptTokens: (facts?.promptTokens ?? 0) + begunTokens,
    choices: facts?.choices,
    isUnsized: facts?.isUnsized,
    imageTokens: facts?.imageTokens,
    windowTokens: deployment.contextWindow ?? ASSUMED_WINDOW,
    answerLimit,
    answeredTokens,
  });
  const tokensUsd = costUsd(spent?.usage, deployment, facts?.priceFactor);
  const cost = tokensUsd === undefined ? undefined : tokensUsd + feesUsd;
  return {
    deployment: id,
    provider: deployment.provider,
    protocol: deployment.providerSettings.protocol,
    vendorModel: deployment.model,
    spanId: attempt.spanId,
    hedge,
    startedAfterMs: attempt.startedAtMs - startedAtMs,
    outcome,
    failure,
    ttftMs,
    totalMs,
    usage: report.usage,
    costUsd: cost,
    spentTokens: spent && spent.usage.input + spent.usage.output,
    isCostEstimate: cost !== undefined && spent?.isEstimate === true ? true : undefined,
    continues,
  };
}
