/** A meter's whole capacity, which is also the time in which it fills: one minute in microseconds. */
const MINUTE_US = 60_000_000;

/**
 * The level of one rate limit, kept as a single number: the instant (microseconds since 1970) at which the meter is full again if nothing
 * more is taken. What lies between now and that instant is used, what is left of the next minute is free. An instant that has passed
 * means full. This is the generic cell rate algorithm as virtual scheduling (ITU-T I.371), with a burst of one minute's worth: in any
 * stretch of `t` minutes at most `limit * (1 + t)` pass.
 */
export type FullAtUs = number;

/** How long the meter needs to earn `units` at `perMinute`. Floored, so that a limit of n lets n pass at once. */
export function earningTimeUs(units: number, perMinute: number): number {
  return Math.floor((units * MINUTE_US) / perMinute);
}

/** As `earningTimeUs`, but never more than the meter holds: a request larger than a minute's worth waits for a full meter. */
export function reservableTimeUs(units: number, perMinute: number): number {
  return Math.min(MINUTE_US, earningTimeUs(units, perMinute));
}

/** The meter after `timeUs` were taken from it. */
export function taken(fullAtUs: FullAtUs, timeUs: number, nowUs: number): FullAtUs {
  return Math.max(fullAtUs, nowUs) + timeUs;
}

/** How long until `timeUs` can be taken; 0 where it can be now. */
export function waitUs(fullAtUs: FullAtUs, timeUs: number, nowUs: number): number {
  return Math.max(0, taken(fullAtUs, timeUs, nowUs) - latestFullAtUs(nowUs));
}

/** The level of an empty meter. */
export function latestFullAtUs(nowUs: number): FullAtUs {
  return nowUs + MINUTE_US;
}

/** Whole units that can be taken now. */
export function remainingUnits(fullAtUs: FullAtUs, perMinute: number, nowUs: number): number {
  const freeUs = latestFullAtUs(nowUs) - Math.max(fullAtUs, nowUs);
  return Math.max(0, Math.floor((freeUs * perMinute) / MINUTE_US));
}

/** The meters' unit of time. */
export function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000);
}
