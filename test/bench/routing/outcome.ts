/** What came of one request. */
export interface Outcome {
  readonly conversation: number;
  /** From the request to the first token, or to the failure. */
  readonly ttftMs: number;
  readonly failed: boolean;
  readonly calls: number;
  readonly servedBy: number | undefined;
}

/** One row of the table. */
export interface Summary {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly failedShare: number;
  readonly callsPerRequest: number;
  /** Changes of deployment per turn of a conversation after its first. */
  readonly switches: number;
  readonly busiestShare: number;
}

export function summarise(outcomes: readonly Outcome[]): Summary {
  const latencies = outcomes.map(({ ttftMs }) => ttftMs).sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  const served = outcomes.flatMap(({ servedBy }) => servedBy ?? []);
  const counts = Map.groupBy(served, (deployment) => deployment);
  return {
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    failedShare: outcomes.filter(({ failed }) => failed).length / outcomes.length,
    callsPerRequest: outcomes.reduce((sum, { calls }) => sum + calls, 0) / outcomes.length,
    switches: switchesPerTurn(outcomes),
    busiestShare: Math.max(0, ...[...counts.values()].map((group) => group.length)) / Math.max(1, served.length),
  };
}

function switchesPerTurn(outcomes: readonly Outcome[]): number {
  let turns = 0;
  let switches = 0;
  const last = new Map<number, number>();
  for (const { conversation, servedBy } of outcomes) {
    const before = last.get(conversation);
    if (servedBy !== undefined && before !== undefined) {
      turns += 1;
      switches += before === servedBy ? 0 : 1;
    }
    if (servedBy !== undefined) {
      last.set(conversation, servedBy);
    }
  }
  return turns === 0 ? 0 : switches / turns;
}
