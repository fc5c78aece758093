/** What one attempt taught about its deployment. */
export interface Observation {
  readonly deployment: string;
  /** The instant of its end, milliseconds since 1970. */
  readonly atMs: number;
  readonly outcome: 'succeeded' | 'failed' | 'given-up';
  /** Time to first token; for what was given up before (too slow, or a hedge was faster) how long it had been waited for: at least this slow. */
  readonly ttftMs?: number;
  /** The whole answer, from dial to last byte. Only of answers that were complete. */
  readonly totalMs?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}
