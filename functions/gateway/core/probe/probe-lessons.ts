import type { FleetStatistics } from '../statistics/fleet-statistics.ts';
import type { ExtraAttempt, Lesson } from '../statistics/observation.ts';

/**
 * The fleet's statistics as a probe may teach them. What one token of a tiny prompt shows is honest: how soon it came, or that it did not,
 * and with it the failures, the ejections and their end. What it cannot show is left out.
 */
export function probeStatistics(statistics: FleetStatistics): FleetStatistics {
  return {
    ...statistics,
    observe: (observation, failure) =>
      IS_HONEST[observation.kind] ? statistics.observe(observation, failure) : () => undefined,
  };
}

const IS_HONEST = {
  'first-token': true,
  failed: true,
  'given-up': true,
  late: true,
  cut: true,
  // Its length and its tokens are those of a probe: they would make answers look short, and tokens slow or free.
  answered: false,
  // Says only that there was an attempt, which no caller wanted.
  refused: false,
  calibrated: true,
} as const satisfies Record<Lesson['kind'], boolean>;

/**
 * A probe is an attempt that no request asked for. Counted as the first of one, it would allow more hedges, whose budget is a share of
 * requests. It counts as an attempt all the same: a share of failures needs what did not fail. So a deployment without traffic has a rate
 * of one request an interval: below a hundredth of a call in flight by Little's law, where a first token takes half a second.
 */
export const PROBE_IS_EXTRA: ExtraAttempt = 'retry';
