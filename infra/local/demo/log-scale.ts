/** A logarithmic axis: values to places, and the values worth a line. */
export interface LogScale {
  /** The place of a value; beyond the ends, the end. */
  readonly place: (value: number) => number;
  /** From the least to the most: 1, 3, 10, 30 and so on. */
  readonly ticks: readonly number[];
}

/** The axis from `from` (its least value) to `to` (its most) that holds all the values, which are above 0. Ends are ticks. */
export function logScale(values: readonly number[], from: number, to: number): LogScale {
  const least = floorTick(values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY));
  const ticks = [Number.isFinite(least) ? least : 1];
  const most = values.reduce((high, value) => Math.max(high, value), 0);
  for (let last = ticks[0] ?? 1; last < most || ticks.length < 2; last = ticks.at(-1) ?? most) {
    ticks.push(nextTick(last));
  }
  const [low = 1, high = 10] = [ticks[0], ticks.at(-1)];
  const place = (value: number): number => {
    const share = Math.log(value / low) / Math.log(high / low);
    return from + (to - from) * Math.min(1, Math.max(0, share));
  };
  return { place, ticks };
}

function floorTick(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return value / power >= 3 ? 3 * power : power;
}

function nextTick(tick: number): number {
  const power = 10 ** Math.floor(Math.log10(tick) + 1e-9);
  return tick / power >= 3 ? 10 * power : 3 * power;
}
