import type { AttemptFailure } from './attempt-failure.ts';
import type { ProtocolName, StrategyName } from './gateway-config.ts';
import type { ProbeRecord } from './probe-record.ts';
import type { TraceContext } from './trace-context.ts';
import type { Usage } from './usage.ts';

/** All that is known of one request when it has ended: the source of the trail, the metrics and the decision log. No prompt, no answer, no key. */
export interface RequestRecord {
  readonly requestId: string;
  readonly operation: 'chat' | 'embeddings' | 'other';
  /** Method and path as the caller sent them, as `POST /v1/responses`: for people, and unchecked. */
  readonly endpoint?: string | undefined;
  readonly trace: TraceContext;
  /** The instant of arrival, milliseconds since 1970. */
  readonly startedAtMs: number;
  /** The caller's `model`; absent where the request was refused before it was read. */
  readonly askedModel?: string | undefined;
  readonly keyName?: string | undefined;
  readonly stream: boolean;
  readonly route?: string | undefined;
  readonly strategy?: StrategyName | undefined;
  /** Whether the plan chose to explore. */
  readonly explored: boolean;
  /** The plan, best first. */
  readonly candidates: readonly CandidateRecord[];
  readonly attempts: readonly AttemptRecord[];
  /** The HTTP status that the caller saw, or would have: who repeats a call whatever he is told is sent another. */
  readonly status: number;
  /** OpenAI's error `code` where the caller saw an error, in the stream or before it. */
  readonly errorCode?: string | undefined;
  /** Set where the deadline that the caller's own header asked for has passed. */
  readonly callersDeadline?: true | undefined;
  /** The deployment that served it. */
  readonly servedBy?: string | undefined;
  readonly routing: 'direct' | 'fallback' | 'hedge';
  /** From arrival to the first content token. */
  readonly ttftMs?: number | undefined;
  /** From arrival to the end of the answer. */
  readonly totalMs: number;
  /** `totalMs` less the time spent waiting on upstreams or the caller. */
  readonly overheadMs: number;
  readonly usage?: Usage | undefined;
  /** Tokens that count for the key's limit: of the answer, whole or not, as the vendor told or by our own count. */
  readonly usedTokens?: number | undefined;
  /** Dollars over all attempts that the vendors bill. */
  readonly costUsd?: number | undefined;
  /** How the answer ended for the caller. */
  readonly ending: 'complete' | 'refused' | 'failed' | 'cut' | 'hung-up';
  /** One-token calls that were made beside it, to learn. Absent: none. */
  readonly probes?: readonly ProbeRecord[] | undefined;
  /** Names of the caller's fields that were left out. */
  readonly dropped: readonly string[];
}

/** One deployment that could have served the request. */
export interface CandidateRecord {
  readonly deployment: string;
  /** Lower is better; the unit is the strategy's. */
  readonly score: number;
  readonly state: 'healthy' | 'ejected' | 'due' | 'probing';
}

/** One upstream call. Times are milliseconds after the request's arrival or lengths of time. */
export interface AttemptRecord {
  readonly deployment: string;
  readonly provider: string;
  readonly protocol: ProtocolName;
  /** The vendor's model id. */
  readonly vendorModel: string;
  /** In the request's trace; 16 hex digits. */
  readonly spanId?: string | undefined;
  readonly hedge: boolean;
  readonly startedAfterMs: number;
  readonly outcome: 'served' | 'failed' | 'aborted';
  readonly failure?: AttemptFailure | undefined;
  /** From our dial to the first content token. */
  readonly ttftMs?: number | undefined;
  readonly totalMs: number;
  readonly usage?: Usage | undefined;
  /** Dollars by the configured prices. */
  readonly costUsd?: number | undefined;
  /** Tokens that the vendor charges for, as it told or by our own count. */
  readonly spentTokens?: number | undefined;
  /** Set where the vendor has not told its tokens, or was stopped before: the prompt and the answer so far are charged, by our own count. */
  readonly isCostEstimate?: true | undefined;
  /** Set where it went on with an answer that another deployment had begun. */
  readonly continues?: true | undefined;
}
