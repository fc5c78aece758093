/** The longest wait that a vendor's `Retry-After` is believed: a day. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/**
 * How long a vendor asks us to wait, in milliseconds: `retry-after-ms` (OpenAI, Azure), else `retry-after` in seconds
 * (fractions too) or as an HTTP date (RFC 9110, section 10.2.3). `undefined` where absent or unreadable.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const milliseconds = durationOf(headers['retry-after-ms'], 1);
  return milliseconds ?? durationOf(headers['retry-after'], 1000) ?? untilDate(headers['retry-after'], nowMs);
}

function durationOf(text: string | undefined, unitMs: number): number | undefined {
  if (text === undefined || !/^\s*\d+(\.\d+)?\s*$/.test(text)) {
    return undefined;
  }
  return Math.min(MAX_RETRY_AFTER_MS, Math.ceil(Number(text) * unitMs));
}

/** How an HTTP date begins, in any of its forms, or one of ISO 8601. `Date.parse` alone takes `-5` and `5, 10` for days long past. */
const DATE_BEGINNING = /^\s*(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? |\d{4}-\d{2}-\d{2}T)/i;

function untilDate(text = '', nowMs: number): number | undefined {
  const at = DATE_BEGINNING.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.min(MAX_RETRY_AFTER_MS, Math.max(0, at - nowMs));
}
