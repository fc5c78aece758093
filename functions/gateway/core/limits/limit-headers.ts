import type { MeterStanding } from './meter-standing.ts';

/** The rate limits in OpenAI's headers, on answers of keys that have some. Source: OpenAI, "Rate limits in headers". */
export function limitHeaders(standings: readonly MeterStanding[]): Readonly<Record<string, string>> {
  const entries = standings.flatMap(({ meter, limit, remaining, resetMs }) => [
    [`x-ratelimit-limit-${meter}`, String(limit)],
    [`x-ratelimit-remaining-${meter}`, String(remaining)],
    [`x-ratelimit-reset-${meter}`, durationText(resetMs)],
  ]);
  return Object.fromEntries(entries);
}

/** As OpenAI writes lengths of time: `850ms`, `6.2s`, `1m3s`. */
function durationText(ms: number): string {
  if (ms < 1000) {
    return `${ms}ms`;
  }
  const minutes = Math.floor(ms / 60_000);
  const seconds = (ms % 60_000) / 1000;
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}
