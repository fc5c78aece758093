import type { Timeouts } from '../config/gateway-config.ts';
import type { Call } from './call.ts';

/** What is kept of Lambda's time for a well-formed error. */
const RESERVE_MS = 1000;

/** The instant by which the call must have ended: the least of the route's, the caller's and Lambda's. Milliseconds since 1970. */
export function deadlineOf(call: Call, timeouts: Timeouts): number {
  return call.startedAtMs + Math.min(ownDeadlineMs(call, timeouts), callersDeadlineMs(call));
}

/** Whether the caller's own header sets the deadline: that it passes is then no failure of the gateway's. */
export function isCallersDeadline(call: Call, timeouts: Timeouts): boolean {
  return callersDeadlineMs(call) < ownDeadlineMs(call, timeouts);
}

function ownDeadlineMs({ request: { remainingMs } }: Call, timeouts: Timeouts): number {
  const platform = remainingMs === undefined ? Infinity : Math.max(0, remainingMs - RESERVE_MS);
  return Math.min(timeouts.deadlineMs, platform);
}

function callersDeadlineMs({ request: { headers } }: Call): number {
  return Math.min(durationMs(headers['x-stainless-timeout'], 1000), durationMs(headers['x-nemo-timeout-ms'], 1));
}

/** A positive number in a header; anything else counts as absent. */
function durationMs(text: string | undefined, unitMs: number): number {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value * unitMs : Infinity;
}
