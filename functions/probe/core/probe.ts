import { observedAttempt } from '../../gateway/core/attempt/observed-attempt.ts';
import { costUsd } from '../../gateway/core/metrics/cost.ts';
import type { AttemptReport } from '../../gateway/core/model/attempt.ts';
import type { AttemptFailure } from '../../gateway/core/model/attempt-failure.ts';
import type { Clock } from '../../gateway/core/model/clock.ts';
import type { Dial } from '../../gateway/core/model/dial.ts';
import type { Deployment, Timeouts } from '../../gateway/core/model/gateway-config.ts';
import type { Usage } from '../../gateway/core/model/usage.ts';
import type { FleetStatistics } from '../../gateway/core/statistics/fleet-statistics.ts';
import { PROMPT_TOKENS, probeAttempt } from './probe-attempt.ts';
import { PROBE_IS_EXTRA, probeStatistics } from './probe-lessons.ts';
import { probeRules } from './probe-rules.ts';

/** What came of asking one deployment. */
export interface ProbeRecord {
  readonly deployment: Deployment;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  /** From our dial, with the connection's making, to the first content token. Absent where none came. */
  readonly ttftMs?: number;
  readonly totalMs: number;
  readonly failure?: AttemptFailure;
  /** Dollars by the configured prices, at the most: whoever is hung up on does not tell what was used. */
  readonly costUsd?: number;
}

export interface ProbePorts {
  readonly timeouts: Timeouts;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly statistics: FleetStatistics;
}

/** The longest that a probe waits, whatever the configuration allows: a run must end. */
export const MAX_PROBE_MS = 20_000;

/**
 * Asks a deployment for one token, hangs up when it is there and tells the fleet. `undefined` where its vendor cannot be asked. A token
 * later than the configured limit is a failure as in the gateway; where the probe cannot wait that long, it only shows how slow it is.
 */
export async function probe(deployment: Deployment, ports: ProbePorts): Promise<ProbeRecord | undefined> {
  const { timeouts, clock, statistics } = ports;
  const plain = probeAttempt(deployment, ports);
  if (plain === undefined) {
    return undefined;
  }
  const limitMs = Math.min(timeouts.firstTokenMs, MAX_PROBE_MS);
  const attempt = observedAttempt(plain, {
    statistics: probeStatistics(statistics),
    clock,
    extra: PROBE_IS_EXTRA,
    // Never: the end, which tells the same, is near.
    lateAfterMs: limitMs * 2,
    // It has no rival for whose sake it would be stopped.
    silence: { afterMs: Infinity, limitMs },
    // Its short prompt would count as slower than it was, but a fresh connection has made it slower already.
    promptFactor: 1,
  });
  const phase = limitMs < timeouts.firstTokenMs ? 'deadline' : 'first-token';
  const cancelLimit = clock.after(limitMs, () => attempt.abort({ kind: 'timed-out', phase, afterMs: limitMs }));
  const opening = await attempt.open();
  cancelLimit();
  const report = attempt.report();
  if (opening.kind === 'opened') {
    attempt.abort({ kind: 'aborted', by: 'caller' });
  }
  const record = { deployment, startedAtMs: attempt.startedAtMs, totalMs: clock.nowMs() - attempt.startedAtMs };
  const cost = costUsd(usedTokens(deployment, report), deployment);
  return { ...record, ...outcomeOf(report), ...(cost === undefined ? {} : { costUsd: cost }) };
}

function outcomeOf({ ttftMs, failure }: AttemptReport): Pick<ProbeRecord, 'ttftMs' | 'failure'> {
  return { ...(ttftMs === undefined ? {} : { ttftMs }), ...(failure === undefined ? {} : { failure }) };
}

/** What the vendor has told of a whole answer, else the most. Nothing where no model was reached: that is free everywhere. */
function usedTokens(deployment: Deployment, { failure, usage, endedAtMs }: AttemptReport): Usage | undefined {
  if (failure !== undefined && failure.kind !== 'timed-out') {
    return undefined;
  }
  return usage !== undefined && endedAtMs !== undefined ? usage : usageAtMost(deployment);
}

/** The tokens of a probe that nobody has hung up on. */
export function usageAtMost(deployment: Deployment): Usage {
  return { input: PROMPT_TOKENS, output: deployment.kind === 'chat' ? probeRules(deployment).probeMaxTokens : 0 };
}
