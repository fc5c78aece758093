import type { KeyLimiter } from '../limits/key-limiter.ts';
import type { StoppableArrivals } from '../model/arrivals.ts';
import type { Clock, Random } from '../model/clock.ts';
import type { Dial } from '../model/dial.ts';
import type { GatewayConfig } from '../model/gateway-config.ts';
import type { KeyLimits } from '../model/key-limits.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { FleetStatistics } from '../statistics/fleet-statistics.ts';
import type { RollupLog } from '../status/rollup-log.ts';
import type { RandomHex } from '../trace/trace-context.ts';
import type { AnswerStore } from './answer-store.ts';

/** One HTTP request, whatever carried it. */
export interface GatewayRequest {
  readonly method: string;
  /** Without the query string. */
  readonly path: string;
  /** What follows the `?`, still encoded. No key is ever looked for in it. */
  readonly query?: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body, or `too-large` past `maxBytes`; `hung-up` where the caller went away. Never rejects. Called once at most. */
  readonly readBody: (maxBytes: number) => Promise<Uint8Array | 'too-large' | 'hung-up'>;
  /** Aborted when the caller hangs up. Lambda never tells. */
  readonly signal: AbortSignal;
  /** Lambda's remaining time in milliseconds. */
  readonly remainingMs?: number;
}

/** A body's pieces as they come. Nothing here throws. Read once, in one of the two ways. */
export interface StreamedBody extends AsyncIterable<string> {
  /** Some of these are empty. @default the iterable's */
  readonly arrivals?: StoppableArrivals<string>;
}

/** The gateway's response, whatever carries it to the caller. */
export interface GatewayResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whole, or in pieces. */
  readonly body: string | StreamedBody;
  /** Records the request. Call once when the body has been sent, or the caller has hung up; await it before the invocation ends. Never rejects. */
  readonly afterEnd: () => Promise<void>;
}

/** Gives the live page, whole. */
export type LivePage = () => Promise<Omit<GatewayResponse, 'afterEnd'>>;

/** A caller's key that is good. */
export interface AuthenticatedKey {
  readonly name: string;
  /** Names its account: the hex of its SHA-256. A key without one is neither limited nor counted. */
  readonly account?: string;
  readonly limits?: KeyLimits;
  /** Whether it may see how the fleet stands and how others' calls were decided. */
  readonly isOperator?: true;
  /** From this instant on (milliseconds since 1970) it is as good as unknown. */
  readonly expiresAtMs?: number;
}

/** All that the gateway core is given. */
export interface GatewayPorts {
  readonly config: GatewayConfig;
  readonly clock: Clock;
  readonly random: Random;
  /** A new id of letters and digits for a request, never given twice. @default 24 random hex digits, also where it gives none */
  readonly newId?: () => string | undefined;
  /** For the ids of requests, traces and their spans. */
  readonly randomHex: RandomHex;
  readonly dial: Dial;
  readonly statistics: FleetStatistics;
  /** The key that the caller has shown; `undefined` for an unknown one; `unavailable` where it cannot be looked up. Never rejects. */
  readonly authenticate: (key: string) => Promise<AuthenticatedKey | 'unavailable' | undefined>;
  /** Without it no key is limited or counted. */
  readonly keyLimiter?: KeyLimiter;
  /** The fleet's past, for when the configuration turns the status page on. */
  readonly rollups?: RollupLog;
  /** Without it no answer is kept. */
  readonly answers?: AnswerStore;
  /** The live page at `/`, for when the configuration turns it on. It holds no data. Never rejects. */
  readonly page?: LivePage;
  /** Told of each bug: an error that nothing expects. The call that it has hit ends with an error, the others go on. Never throws. */
  readonly onBug?: (bug: unknown) => void;
  /** Called once for each request when it has ended. */
  readonly onRecord: (record: RequestRecord) => void;
}
