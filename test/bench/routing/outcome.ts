/** What came of one request. */
export interface Outcome {
  readonly conversation: number;
  /** From the request to the first token, or to the failure. */
  readonly ttftMs: number;
  readonly failed: boolean;
  readonly calls: number;
  readonly servedBy: number | undefined;
  readonly promptTokens: number;
  /** Of the call that served it. */
  readonly cachedTokens: number;
  /** Prompts of every call that a vendor has read. */
  readonly dollars: number;
  /** Whether it was sent somewhere in order to learn. */
  readonly isToLearn: boolean;
  /** What it cost the caller to be sent somewhere in order to learn: the time that the best would have saved. */
  readonly learningMs: number;
}

/** One row of the table. */
export interface Summary {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly failedShare: number;
  /** Probes apart. */
  readonly callsPerRequest: number;
  readonly probesPerRequest: number;
  /** Changes of deployment per turn of a conversation after its first. */
  readonly switches: number;
  readonly busiestShare: number;
  /** Of the prompts' tokens, 0 to 1. */
  readonly cachedShare: number;
  /** Of prompts, probes' among them. */
  readonly dollarsPerThousand: number;
  readonly probeDollarsPerThousand: number;
  /** Calls that were sent somewhere in order to learn, 0 to 1. */
  readonly learningShare: number;
  /** Milliseconds per request. */
  readonly learningMs: number;
}

/** One-token calls that no request asked for, and what they cost. */
export interface ProbesMade {
  readonly probes: number;
  readonly probeDollars: number;
}

const NO_PROBES: ProbesMade = { probes: 0, probeDollars: 0 };

export function summarise(outcomes: readonly Outcome[], { probes, probeDollars }: ProbesMade = NO_PROBES): Summary {
  const latencies = outcomes.map(({ ttftMs }) => ttftMs).sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  const served = outcomes.flatMap(({ servedBy }) => servedBy ?? []);
  const counts = Map.groupBy(served, (deployment) => deployment);
  const mean = (pick: (outcome: Outcome) => number): number =>
    outcomes.reduce((sum, outcome) => sum + pick(outcome), 0) / outcomes.length;
  const promptTokens = mean((outcome) => outcome.promptTokens);
  return {
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    failedShare: mean(({ failed }) => (failed ? 1 : 0)),
    callsPerRequest: mean(({ calls }) => calls),
    probesPerRequest: probes / outcomes.length,
    switches: switchesPerTurn(outcomes),
    busiestShare: Math.max(0, ...[...counts.values()].map((group) => group.length)) / Math.max(1, served.length),
    cachedShare: promptTokens === 0 ? 0 : mean(({ cachedTokens }) => cachedTokens) / promptTokens,
    dollarsPerThousand: 1000 * (mean(({ dollars }) => dollars) + probeDollars / outcomes.length),
    probeDollarsPerThousand: (1000 * probeDollars) / outcomes.length,
    learningShare: mean(({ isToLearn }) => (isToLearn ? 1 : 0)),
    learningMs: mean(({ learningMs }) => learningMs),
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

/** The mean of several plays' rows, figure by figure. */
export function meanSummary(all: readonly Summary[]): Summary {
  const mean = (pick: (summary: Summary) => number): number =>
    all.reduce((sum, summary) => sum + pick(summary), 0) / all.length;
  return {
    p50: mean(({ p50 }) => p50),
    p95: mean(({ p95 }) => p95),
    p99: mean(({ p99 }) => p99),
    failedShare: mean(({ failedShare }) => failedShare),
    callsPerRequest: mean(({ callsPerRequest }) => callsPerRequest),
    probesPerRequest: mean(({ probesPerRequest }) => probesPerRequest),
    switches: mean(({ switches }) => switches),
    busiestShare: mean(({ busiestShare }) => busiestShare),
    cachedShare: mean(({ cachedShare }) => cachedShare),
    dollarsPerThousand: mean(({ dollarsPerThousand }) => dollarsPerThousand),
    probeDollarsPerThousand: mean(({ probeDollarsPerThousand }) => probeDollarsPerThousand),
    learningShare: mean(({ learningShare }) => learningShare),
    learningMs: mean(({ learningMs }) => learningMs),
  };
}

export const SUMMARY_HEAD =
  '| policy | p50 s | p95 s | p99 s | failures | calls per request | probes per request | switches per turn | busiest | cached tokens | $ per 1,000 | of it probes | calls sent to learn | learning ms per call |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|';

export function summaryRow(name: string, summary: Summary): string {
  const seconds = (ms: number): string => (ms / 1000).toFixed(2);
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  return `| ${[
    name,
    seconds(summary.p50),
    seconds(summary.p95),
    seconds(summary.p99),
    percent(summary.failedShare),
    summary.callsPerRequest.toFixed(3),
    summary.probesPerRequest.toFixed(3),
    percent(summary.switches),
    percent(summary.busiestShare),
    percent(summary.cachedShare),
    summary.dollarsPerThousand.toFixed(2),
    summary.probeDollarsPerThousand.toFixed(3),
    percent(summary.learningShare),
    summary.learningMs.toFixed(1),
  ].join(' | ')} |`;
}
