/** Figures as people read them. What is not known is a dash. */

/** A length of time: `84 ms`, `1.24 s`, `12 s`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) {
    return '–';
  }
  if (ms < 999.5) {
    return `${Math.round(ms)} ms`;
  }
  return ms < 9_995 ? `${(ms / 1000).toFixed(2)} s` : `${Math.round(ms / 1000)} s`;
}

/** A percentile out of buckets, to the two digits that they know: `410 ms`, `1.6 s`, `12 s`. */
export function roughly(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) {
    return '–';
  }
  const known = Number(ms.toPrecision(2));
  if (known < 1000) {
    return `${known} ms`;
  }
  return `${known < 10_000 ? (known / 1000).toFixed(1) : known / 1000} s`;
}

/** A share of 0 to 1: `0 %`, `0.4 %`, `12 %`. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.05) {
    return '<0.1 %';
  }
  return `${value === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} %`;
}

/** How many: `0`, `980`, `12.3 k`, `4.56 M`. */
export function count(value: number): string {
  if (value < 10_000) {
    return String(Math.round(value));
  }
  const [size, unit] = value < 999_500 ? [1000, 'k'] : [1_000_000, 'M'];
  return `${(value / size).toPrecision(3)} ${unit}`;
}

/** Dollars: `$0`, `$0.0021`, `$1.24`, `$310`. */
export function dollars(usd: number): string {
  if (usd === 0 || usd >= 99.5) {
    return `$${Math.round(usd)}`;
  }
  return `$${usd < 0.01 ? usd.toPrecision(2) : usd.toFixed(2)}`;
}

/** A rate: `0`, `0.02`, `3.1`, `120`. */
export function rate(perSecond: number): string {
  if (perSecond >= 9.95) {
    return String(Math.round(perSecond));
  }
  if (perSecond < 0.005) {
    return '0';
  }
  return perSecond >= 0.095 ? perSecond.toFixed(1) : perSecond.toFixed(2);
}

/** A time left or gone by: `now`, `12 s`, `3 min`. */
export function span(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 1) {
    return 'now';
  }
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** The time of day, to the second, where the reader is. */
export function timeOfDay(atMs: number): string {
  return new Date(atMs).toLocaleTimeString(undefined, { hour12: false });
}

/** How far a figure can be trusted, from the decayed number of observations behind it. */
export function confidence(evidence: number): { readonly word: string; readonly bars: number } {
  const steps = [
    { from: 20, word: 'good', bars: 3 },
    { from: 4, word: 'fair', bars: 2 },
    { from: 0.5, word: 'thin', bars: 1 },
  ];
  return steps.find(({ from }) => evidence >= from) ?? { word: 'none', bars: 0 };
}
