import { cloudWatchLatency } from './cloudwatch-latency.ts';
import { type Command, optionText, UsageError } from './command.ts';
import type { TimeWindow } from './latency-report.ts';
import { latencyText } from './latency-text.ts';
import { lengthOfTimeMs } from './length-of-time.ts';
import { metricsFileLatency } from './metrics-file-latency.ts';

const DEFAULT_SINCE = '24h';
/** CloudWatch keeps metrics for 455 days. */
const MAX_DAYS = 455;

/** Reads the percentiles of the past back: from CloudWatch, or from the file that the local system writes. */
export const latency: Command = {
  works: 'anywhere',
  summary: 'show p50, p95 and p99 of the past by route and by deployment',
  operands: [],
  options: { since: { value: 'TIME', help: `how far back: 30m, 24h, 7d; without it: ${DEFAULT_SINCE}` } },
  run: async (input) => {
    const window = windowOf(optionText(input.options, 'since') ?? DEFAULT_SINCE, Date.now());
    const target = await input.target();
    const report =
      target.kind === 'local'
        ? await metricsFileLatency(target.description.metricsFile, window)
        : await cloudWatchLatency(target, window);
    return { text: latencyText(target.name, report), json: { environment: target.name, ...report } };
  },
};

function windowOf(since: string, nowMs: number): TimeWindow {
  const lengthMs = lengthOfTimeMs(since);
  if (lengthMs === undefined || lengthMs === 0 || lengthMs > MAX_DAYS * 86_400_000) {
    throw new UsageError(
      `--since must be a length of time as 30m, 24h or 7d, at most ${MAX_DAYS}d; it is ${JSON.stringify(since)}.`,
    );
  }
  return { fromMs: nowMs - lengthMs, untilMs: nowMs };
}
