/** What one attempt taught about its deployment. */
export interface Observation {
  readonly deployment: string;
  /** The instant of its end, milliseconds since 1970. */
  readonly atMs: number;
  /** `given-up`: we stopped it, because the caller hung up or a hedge was faster; says nothing of the deployment's health. */
  readonly outcome: 'succeeded' | 'failed' | 'given-up';
  /** From dial to first content token. */
  readonly ttftMs?: number;
  /** How long it was waited for in vain: the time to first token is at least this. Never together with `ttftMs`. */
  readonly waitedMs?: number;
  /** The whole answer, from dial to last byte. Only of answers that were complete. */
  readonly totalMs?: number;
  /** Why there was this attempt; absent for a request's first. Counted against the fleet's budgets. */
  readonly extra?: 'hedge' | 'retry';
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}
