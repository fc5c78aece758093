import type { Timeouts } from '../model/gateway-config.ts';
import type { Call } from './call.ts';

/** What is kept of Lambda's time for a well-formed error. */
const RESERVE_MS = 1000;

/**
 * The instant by which the call must have ended: the least of the route's, the caller's and Lambda's. Milliseconds since 1970.
 * OpenAI's client for Node tells its time-out as `x-stainless-timeout`, the one for Python as `x-stainless-read-timeout`.
 */
export function deadlineOf(call: Call, timeouts: Timeouts): number {
  const readMs = durationMs(call.request.headers['x-stainless-read-timeout'], 1000);
  return Math.min(streamDeadlineOf(call, timeouts), (call.waitsSinceMs ?? call.startedAtMs) + readMs);
}

/** The same for a stream that has begun: the time-out of a read begins anew with each of its chunks. */
export function streamDeadlineOf(call: Call, timeouts: Timeouts): number {
  const { headers } = call.request;
  const caller = [durationMs(headers['x-stainless-timeout'], 1000), durationMs(headers['x-nemo-timeout-ms'], 1)];
  return Math.min(ownDeadlineOf(call, timeouts), ...caller.map((ms) => call.startedAtMs + ms));
}

/** Whether the caller's own header sets the deadline: that it passes is then no failure of the gateway's. `hasBegun`: of its stream. */
export function isCallersDeadline(call: Call, timeouts: Timeouts, hasBegun: boolean): boolean {
  const deadlineMs = hasBegun ? streamDeadlineOf(call, timeouts) : deadlineOf(call, timeouts);
  return deadlineMs < ownDeadlineOf(call, timeouts);
}

function ownDeadlineOf({ startedAtMs, request: { remainingMs } }: Call, timeouts: Timeouts): number {
  const platform = remainingMs === undefined ? Infinity : Math.max(0, remainingMs - RESERVE_MS);
  return startedAtMs + Math.min(timeouts.deadlineMs, platform);
}

/** A positive number in a header; anything else counts as absent. */
function durationMs(text: string | undefined, unitMs: number): number {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value * unitMs : Infinity;
}
