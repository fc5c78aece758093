import type { AttemptFailure } from './attempt-failure.ts';
import type { Deployment } from './gateway-config.ts';

/** What came of asking one deployment. */
export interface ProbeRecord {
  readonly deployment: Deployment;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  /** From our dial, with the connection's making, to the first content token. Absent where none came. */
  readonly ttftMs?: number;
  readonly totalMs: number;
  readonly failure?: AttemptFailure;
  /** Dollars by the configured prices, at the most: whoever is hung up on does not tell what was used. */
  readonly costUsd?: number;
}
