import type { Admission } from '../limits/key-limiter.ts';
import type { Clock } from '../model/clock.ts';
import type { TraceContext } from '../model/trace-context.ts';
import type { Surface } from '../surfaces/surface.ts';
import type { Conversation } from './conversation.ts';
import type { Looks } from './look-beside.ts';
import type { AuthenticatedKey, GatewayRequest } from './ports.ts';

/** One request on its way through the gateway: who, since when, and what each stage took. */
export interface Call {
  readonly requestId: string;
  readonly request: GatewayRequest;
  /** The API that is spoken at its path, or that the path resembles: errors have its shape. */
  readonly surface: Surface;
  readonly startedAtMs: number;
  readonly clock: Clock;
  readonly trace: TraceContext;
  readonly stages: Stage[];
  /** Whose call it is, once that is known. */
  key?: AuthenticatedKey;
  /** What its key's account is to be told in the end. */
  admission?: Extract<Admission, { kind: 'admitted' }>;
  /** Since when the caller of a stream has been sent nothing. Default: since the call's start. */
  readonly waitsSinceMs?: number;
  /** Probes that are made while it waits. */
  looks?: Looks;
  /** What it has to do with answers that are kept. */
  conversation?: Conversation;
  /** Time spent waiting for the caller's body. */
  callerMs: number;
}

/** A stage of a call and how long it took, for `server-timing`. */
export interface Stage {
  readonly name: string;
  readonly durationMs: number;
}

/** Ends a stage that began at `sinceMs`, and gives the instant. */
export function endStage(call: Call, name: string, sinceMs: number): number {
  const nowMs = call.clock.nowMs();
  call.stages.push({ name, durationMs: nowMs - sinceMs });
  return nowMs;
}
