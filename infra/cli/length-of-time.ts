const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
]);

/** A length of time as an operator writes it (`90d`, `12h`, `30m`) in milliseconds; `undefined` for anything else. */
export function lengthOfTimeMs(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})([dhm])$/.exec(text) ?? [];
  const unitMs = UNITS_MS.get(unit);
  return count === undefined || unitMs === undefined ? undefined : Number(count) * unitMs;
}
