import type { RequestRecord } from '../model/request-record.ts';
import type { Surface } from '../surfaces/surface.ts';
import { surfaceLike } from '../surfaces/surfaces.ts';
import { traceContext } from '../trace/trace-context.ts';
import { type CallLog, newCallLog } from './call-log.ts';
import { recordKeeper } from './call-record.ts';
import type { GatewayState } from './gateway-state.ts';
import { servedPath } from './head.ts';
import type { AuthenticatedKey, GatewayRequest } from './ports.ts';

/** One request on its way through the gateway. */
export interface Call {
  readonly gateway: GatewayState;
  readonly request: GatewayRequest;
  /** The API that is spoken at its path, or that the path resembles: errors have its shape. */
  readonly surface: Surface;
  readonly log: CallLog;
  /** The record as the call stands now. */
  readonly record: () => RequestRecord;
}

/** The call of a request that has just arrived. */
export function newCall(gateway: GatewayState, arrived: GatewayRequest): Call {
  const path = servedPath(arrived.path);
  const request = path === arrived.path ? arrived : { ...arrived, path };
  const { clock, newId, randomHex } = gateway.ports;
  const startedAtMs = clock.nowMs();
  const trace = traceContext(request.headers, randomHex);
  const log = newCallLog({ requestId: newId(), request, startedAtMs, trace });
  const recordAt = recordKeeper(log);
  const surface = surfaceLike(request.path, request.headers);
  return { gateway, request, surface, log, record: () => recordAt(clock.nowMs()) };
}

/** Whose call it is, once that is known. */
export function keyOf({ log }: Call): AuthenticatedKey | undefined {
  return log.last.authenticated?.key;
}

/** Names the call's key to the fleet's statistics: by its account, which the key's limits have too, or by its name. */
export function witnessKey(call: Call): string {
  const { account, name = '' } = keyOf(call) ?? {};
  return account ?? name;
}

/** Ends a stage that began at `sinceMs`, and gives the instant. Milliseconds since 1970. */
export function endStage({ gateway, log }: Call, name: string, sinceMs: number): number {
  const nowMs = gateway.ports.clock.nowMs();
  log.add({ kind: 'stage', name, durationMs: nowMs - sinceMs });
  return nowMs;
}
