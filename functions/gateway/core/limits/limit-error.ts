import type { GatewayError } from '../model/gateway-error.ts';
import type { KeyLimits } from '../model/key-limits.ts';
import { limitHeaders } from './limit-headers.ts';
import { type MeterStanding, meterStandings } from './meter-standing.ts';
import type { LimitRefusal, Reserving } from './reserve.ts';

/** The error for what an account did not allow at `nowMs`, milliseconds since 1970. */
export function limitErrorOf(
  { refusal, account }: Extract<Reserving, { kind: 'refused' }>,
  limits: KeyLimits,
  nowMs: number,
): GatewayError {
  return limitError(refusal, limits, meterStandings(account, limits, nowMs));
}

/** As OpenAI sends it. */
function limitError(
  { limit, retryAfterMs = 0 }: LimitRefusal,
  limits: KeyLimits,
  standings: readonly MeterStanding[],
): GatewayError {
  if (limit === 'money') {
    const message = `This key has spent its ${limits.usdPerMonth} US dollars of this month (UTC), what its calls under way may cost included. Let those end, or ask the operator of this NemoRouter for more.`;
    const headers = { ...limitHeaders(standings), 'x-should-retry': 'false' };
    return { status: 429, message, type: 'insufficient_quota', code: 'insufficient_quota', param: null, headers };
  }
  const headers = {
    ...limitHeaders(standings),
    'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))),
    'retry-after-ms': String(Math.max(1, retryAfterMs)),
  };
  const message = `This key may use ${limits[`${limit}PerMinute`]} ${limit} a minute, and has. Try again in ${retryAfterMs} ms.`;
  return { status: 429, message, type: 'rate_limit_error', code: 'rate_limit_exceeded', param: null, headers };
}

/** The error for a key that has as many calls open as it may. */
export function tooManyAtOnce(most: number): GatewayError {
  const message = `This key may have ${most} calls under way at once, and has. Try again when one of them has ended.`;
  const headers = { 'retry-after': '1' };
  return { status: 429, message, type: 'rate_limit_error', code: 'too_many_calls_at_once', param: null, headers };
}

/**
 * The error where a limit cannot be checked and this instance has given what it allows meanwhile. `checkedInMs`: until the fleet's account
 * is asked again.
 */
export function limitUnchecked({ limit, retryAfterMs = Infinity }: LimitRefusal, checkedInMs: number): GatewayError {
  const waitMs = Math.ceil(Math.min(retryAfterMs, checkedInMs));
  const what = limit === 'money' ? 'US dollars a month' : `${limit} a minute`;
  const message = `This key's limit of ${what} cannot be checked at the moment, and the share of it that is allowed meanwhile is used. Try again in ${waitMs} ms.`;
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))), 'retry-after-ms': String(waitMs) };
  return { status: 429, message, type: 'rate_limit_error', code: 'limits_unavailable', param: null, headers };
}

/** The error where limits cannot be checked and the operator would rather refuse. */
export function limitsUnavailable(): GatewayError {
  const message = "This key's limits cannot be checked at the moment. Try again.";
  const headers = { 'retry-after': '1' };
  return { status: 503, message, type: 'server_error', code: 'limits_unavailable', param: null, headers };
}
