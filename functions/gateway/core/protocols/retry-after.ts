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

function untilDate(text: string | undefined, nowMs: number): number | undefined {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? undefined : Math.min(MAX_RETRY_AFTER_MS, Math.max(0, at - nowMs));
}
