import { spentUsage } from '../attempt/spent-usage.ts';
import { costUsd } from '../metrics/cost.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import { defined } from '../model/defined.ts';
import type { AttemptRecord, RequestRecord } from '../model/request-record.ts';
import { totalTokens, type Usage } from '../model/usage.ts';
import type { RunAttempt, RunResult } from '../race/run-race.ts';
import type { Plan } from '../routing/plan.ts';
import type { Call } from './call.ts';
import { isCallersDeadline } from './deadline.ts';
import type { PreparedChat } from './prepare-chat.ts';

/** How far a call has come: what is known is there, what is not is absent. */
export interface Progress {
  readonly operation: RequestRecord['operation'];
  askedModel?: string;
  prepared?: Pick<PreparedChat, 'route' | 'facts'>;
  plan?: Plan;
  /** Attempts of every race, in order. */
  readonly attempts: TrackedAttempt[];
  /** Index into `attempts` of the one that serves. */
  leader?: number;
  /** From the call's start to the content's arrival. */
  ttftMs?: number;
  /** Of an answer that several deployments gave; else the leader's stands. */
  usage?: Usage;
  /** Time with attempts in flight until commit; for plain calls until the end. */
  upstreamMs: number;
  /** The gateway's own share until commit: what happens later is the stream's time, not the gateway's. */
  overheadMs?: number;
  status: number;
  errorCode?: string;
  ending: RequestRecord['ending'];
  dropped: readonly string[];
}

/** An attempt of the request, kept for its record. */
export interface TrackedAttempt extends RunAttempt<unknown> {
  /** Whether it goes on with an answer that another deployment had begun. */
  readonly continues?: true;
}

/** The progress of a request that nothing has been done for. */
export function newProgress(operation: RequestRecord['operation']): Progress {
  return { operation, attempts: [], upstreamMs: 0, status: 200, ending: 'refused', dropped: [] };
}

/** Takes in a race's result. */
export function noteRace(progress: Progress, call: Call, result: RunResult<unknown>): void {
  const offset = progress.attempts.length;
  progress.attempts.push(...result.attempts);
  progress.upstreamMs += result.upstreamMs;
  progress.overheadMs = ownShareMs(call, progress);
  if (result.outcome.kind !== 'won') {
    return;
  }
  progress.leader = offset + result.outcome.leader;
  const leader = progress.attempts[progress.leader]?.attempt;
  const ttftMs = leader?.report().ttftMs;
  if (leader !== undefined && ttftMs !== undefined) {
    progress.ttftMs = leader.startedAtMs + ttftMs - call.startedAtMs;
  }
}

/** Takes in the result of asking others to go on with an answer that has broken off. The times until commit stay as they were. */
export function noteContinuation(progress: Progress, result: RunResult<unknown>): void {
  const offset = progress.attempts.length;
  progress.attempts.push(...result.attempts.map((run) => ({ ...run, continues: true as const })));
  if (result.outcome.kind === 'won') {
    progress.leader = offset + result.outcome.leader;
  }
}

/** The record of a call as it stands now. */
export function recordOf(call: Call, progress: Progress): RequestRecord {
  const nowMs = call.clock.nowMs();
  const totalMs = nowMs - call.startedAtMs;
  const attempts = progress.attempts.map((run, index) => attemptRecord(run, call, progress, index));
  const costs = attempts.flatMap((attempt) => attempt.costUsd ?? []);
  const leader = progress.leader === undefined ? undefined : attempts[progress.leader];
  const { prepared, plan, ttftMs, errorCode } = progress;
  return {
    requestId: call.requestId,
    operation: progress.operation,
    endpoint: `${call.request.method} ${call.request.path}`,
    startedAtMs: call.startedAtMs,
    stream: prepared?.facts.stream ?? false,
    explored: plan?.explored ?? false,
    candidates: (plan?.candidates ?? []).map(({ deployment, score, state }) => ({ deployment, score, state })),
    attempts,
    trace: call.trace,
    status: progress.status,
    routing: routingOf(progress),
    totalMs,
    overheadMs: progress.overheadMs ?? ownShareMs(call, progress),
    ending: progress.ending,
    dropped: progress.dropped,
    ...defined({
      askedModel: progress.askedModel,
      keyName: call.key?.name,
      route: prepared?.route.name,
      strategy: prepared?.route.strategy,
      errorCode,
      callersDeadline: hasMissedCallersDeadline(call, progress) ? (true as const) : undefined,
      servedBy: leader?.deployment,
      ttftMs,
      usage: progress.usage ?? leader?.usage,
      usedTokens: usedTokens(progress, leader, attempts),
      costUsd: costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + cost, 0),
    }),
  };
}

function hasMissedCallersDeadline(call: Call, { errorCode, prepared, ttftMs }: Progress): boolean {
  return (
    errorCode === 'deadline_exceeded' &&
    prepared !== undefined &&
    isCallersDeadline(call, prepared.route.timeouts, ttftMs !== undefined)
  );
}

/** Of one answer, however many have been asked for it: the one that served, else the largest that a vendor bills. */
function usedTokens(
  { usage }: Progress,
  leader: AttemptRecord | undefined,
  attempts: readonly AttemptRecord[],
): number | undefined {
  const isOfOne = usage === undefined && leader?.continues !== true;
  const whole = usage === undefined ? 0 : totalTokens(usage);
  return (isOfOne ? leader?.spentTokens : undefined) ?? mostTokens(attempts, whole);
}

function mostTokens(attempts: readonly AttemptRecord[], atLeast: number): number | undefined {
  const spent = attempts.flatMap(({ spentTokens }) => spentTokens ?? []);
  return spent.length === 0 ? undefined : Math.max(atLeast, ...spent);
}

/** Time since the call's start that was spent waiting neither for a provider nor for the caller's body. */
function ownShareMs(call: Call, progress: Progress): number {
  return Math.max(0, call.clock.nowMs() - call.startedAtMs - progress.upstreamMs - call.callerMs);
}

function routingOf({ attempts, leader }: Progress): RequestRecord['routing'] {
  const served = leader === undefined ? undefined : attempts[leader];
  if (served?.hedge === true) {
    return 'hedge';
  }
  // Beside one that was slow, and not for its failure, a last resort may have been asked too.
  const isFirst = leader === undefined || leader === 0;
  const failed =
    !isFirst || attempts.some((run, index) => index !== leader && isOwnFailure(run.attempt.report().failure));
  return failed ? 'fallback' : 'direct';
}

function isOwnFailure(failure: AttemptFailure | undefined): boolean {
  return failure !== undefined && failure.kind !== 'aborted';
}

function attemptRecord(
  { attempt, hedge, continues }: TrackedAttempt,
  call: Call,
  { prepared, leader }: Progress,
  index: number,
): AttemptRecord {
  const report = attempt.report();
  const { ttftMs, endedAtMs, failure, usage } = report;
  const { deployment, spanId } = attempt;
  const { startedAtMs } = attempt;
  const spent = spentUsage(report, { promptTokens: prepared?.facts.promptTokens ?? 0, startedAtMs });
  const cost = costUsd(spent?.usage, deployment);
  return {
    deployment: deployment.id,
    provider: deployment.provider,
    protocol: deployment.providerSettings.protocol,
    vendorModel: deployment.model,
    hedge,
    startedAfterMs: attempt.startedAtMs - call.startedAtMs,
    outcome: outcomeOf(failure, index === leader),
    totalMs: (endedAtMs ?? call.clock.nowMs()) - attempt.startedAtMs,
    ...defined({
      spanId,
      failure,
      ttftMs,
      usage,
      continues,
      costUsd: cost,
      spentTokens: spent && totalTokens(spent.usage),
      isCostEstimate: cost !== undefined && spent?.isEstimate === true ? (true as const) : undefined,
    }),
  };
}

function outcomeOf(failure: AttemptFailure | undefined, isLeader: boolean): AttemptRecord['outcome'] {
  if (failure?.kind === 'aborted') {
    return 'aborted';
  }
  return failure === undefined && isLeader ? 'served' : 'failed';
}
