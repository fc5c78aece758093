import type { DemoRun } from '../../../../infra/local/demo/run-summary.ts';
import type { CallOutcome } from '../../../../infra/local/load-call.ts';

/** When the calls of a test begin. */
export const START_MS = 1_780_000_000_000;

/** A run with these calls, one a second. A call without `ttftMs` failed. */
export function demoRun(name: DemoRun['name'], calls: readonly Partial<CallOutcome>[]): DemoRun {
  const outcomes = calls.map((call, index) => ({
    startedAtMs: START_MS + 1_000 * index,
    totalMs: 1_000,
    isWhole: call.ttftMs !== undefined,
    ...call,
  }));
  return { name, model: name === 'pinned' ? 'google/one' : 'nemo/route', outcomes, records: [] };
}
