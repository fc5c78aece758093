/** From one instant to another, milliseconds since 1970. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Percentiles of a time, over a window. */
export interface LatencyReport extends TimeWindow {
  /** By route, as the caller saw it: from the request's arrival. */
  readonly routes: readonly LatencyRow[];
  /** By deployment: from the dial. */
  readonly deployments: readonly LatencyRow[];
}

export interface LatencyRow {
  readonly name: string;
  /** Milliseconds to the first token. Absent where there was none in the window. */
  readonly ttft?: LatencyFigures;
  /** Milliseconds to the end. */
  readonly total?: LatencyFigures;
}

export interface LatencyFigures {
  /** How many measurements are behind them. */
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Put together from percentiles of parts of the window, each weighing by its count. */
  readonly isApproximate?: true;
}

/** The percentiles that are shown. */
export const PERCENTILES = [50, 95, 99] as const;
