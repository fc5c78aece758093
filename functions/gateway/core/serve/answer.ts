import type { GatewayError } from '../model/gateway-error.ts';
import { useOf } from './admit-call.ts';
import { answerHeaders } from './answer-headers.ts';
import type { Call } from './call.ts';
import { type Progress, recordOf } from './chat-progress.ts';
import type { GatewayState } from './gateway-state.ts';
import { HUNG_UP } from './hung-up.ts';
import { sentStatus } from './insistent-client.ts';
import type { GatewayResponse } from './ports.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** Probes that are still under way when a request has ended have this much more time. */
const LOOKS_GRACE_MS = 1000;

/** An error for the caller. Nothing of another answer has been sent. */
export function errorAnswer(state: GatewayState, call: Call, progress: Progress, error: GatewayError): GatewayResponse {
  if (error === HUNG_UP) {
    progress.ending = 'hung-up';
  }
  const status = call.surface.errorStatus?.(error) ?? error.status;
  progress.status = status;
  progress.errorCode = error.code ?? error.type;
  const headers = { ...JSON_TYPE, ...error.headers, ...ownHeaders(call, progress) };
  return {
    status: sentStatus(call.request.headers, { ...error, status }),
    headers,
    body: call.surface.error(error, call.requestId),
    afterEnd: afterEnd(state, call, progress),
  };
}

/** A whole JSON body. */
export function jsonAnswer(state: GatewayState, call: Call, progress: Progress, body: unknown): GatewayResponse {
  progress.ending = 'complete';
  const headers = { ...JSON_TYPE, ...ownHeaders(call, progress) };
  return { status: 200, headers, body: JSON.stringify(body), afterEnd: afterEnd(state, call, progress) };
}

/** Server-sent events as they come. Until its end the answer counts as one that the caller has left. */
export function streamAnswer(
  state: GatewayState,
  call: Call,
  progress: Progress,
  body: AsyncIterable<string>,
): GatewayResponse {
  progress.ending = 'hung-up';
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
    ...ownHeaders(call, progress),
  };
  return { status: 200, headers, body, afterEnd: afterEnd(state, call, progress) };
}

function ownHeaders(call: Call, progress: Progress): Readonly<Record<string, string>> {
  const { requestIdHeader } = call.surface;
  return {
    ...call.admission?.headers,
    ...answerHeaders(recordOf(call, progress), call.stages),
    ...(requestIdHeader !== undefined && { [requestIdHeader]: call.requestId }),
  };
}

/** Records the call and writes what its attempts taught, once. */
function afterEnd(state: GatewayState, call: Call, progress: Progress): () => Promise<void> {
  let ended: Promise<void> | undefined;
  return () => {
    ended ??= conclude().catch((bug: unknown) => state.ports.onBug?.(bug));
    return ended;
  };

  async function conclude(): Promise<void> {
    const { ports } = state;
    for (const { attempt } of progress.attempts) {
      // Nothing, where it has ended. A caller who left before he read anything has nobody else to stop it.
      attempt.abort({ kind: 'aborted', by: 'caller' });
    }
    const record = recordOf(call, progress);
    const settled = call.admission?.settle(useOf(record));
    // A frozen instance could not go on with them.
    const probes = (await call.looks?.end(LOOKS_GRACE_MS)) ?? [];
    ports.onRecord(probes.length === 0 ? record : { ...record, probes });
    await Promise.all([settled, progress.attempts.length === 0 ? undefined : ports.statistics.flush()]);
  }
}
