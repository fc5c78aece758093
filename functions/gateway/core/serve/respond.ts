import type { GatewayError } from '../model/gateway-error.ts';
import type { ProbeRecord } from '../model/probe-record.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { Looks } from '../probe/look-beside.ts';
import { finalError } from '../race/final-error.ts';
import type { RunResult } from '../race/run-race.ts';
import type { JsonObject } from '../wire/json.ts';
import type { Call } from './call.ts';
import { headOf, recordOf } from './call-record.ts';
import { sentStatus } from './insistent-client.ts';
import type { GatewayResponse, StreamedBody } from './ports.ts';
import { answerHeaders } from './trail.ts';

/** Probes that are still under way when a request has ended have this much more time. */
const LOOKS_GRACE_MS = 1000;

const JSON_TYPE = { 'content-type': 'application/json' };

/** The answer to a caller who has left before it: for the log alone. The status is the one that web servers log for this. */
export const HUNG_UP: GatewayError = {
  status: 499,
  message: 'The caller hung up before the answer.',
  type: 'invalid_request_error',
  code: 'caller_hung_up',
  param: null,
};

/** What a bug is called to the caller: nothing of what it was. */
export const BUG: GatewayError = {
  status: 500,
  message: 'The gateway has a bug: its log says more.',
  type: 'server_error',
  code: 'internal_error',
  param: null,
  headers: { 'x-should-retry': 'false' },
};

/** An error for the caller. Nothing of another answer has been sent. */
export function errorAnswer(
  call: Call,
  given: GatewayError,
  ending: RequestRecord['ending'] = 'refused',
): GatewayResponse {
  const { log } = call;
  const error = inCallersPlaces(call, given);
  const status = call.surface.errorStatus?.(error) ?? error.status;
  log.add({ kind: 'answered', status });
  log.add({ kind: 'ending', ending: given === HUNG_UP ? 'hung-up' : ending, errorCode: error.code ?? error.type });
  return {
    status: sentStatus(call.request.headers, { ...error, status }),
    headers: withOwnHeaders(call, { ...JSON_TYPE, ...error.headers }),
    body: call.surface.error(error, log.requestId),
    afterEnd: afterEnd(call),
  };
}

/** What is kept of a conversation stands before its request: the caller knows the places of what he has sent. */
function inCallersPlaces({ log, surface }: Call, error: GatewayError): GatewayError {
  const earlier = log.last.conversation?.conversation.earlierItems ?? 0;
  const { keeping } = surface;
  if (earlier === 0 || keeping === undefined) {
    return error;
  }
  const { message, param } = error;
  return {
    ...error,
    message: keeping.inOwnPlaces(message, earlier),
    param: param && keeping.inOwnPlaces(param, earlier),
  };
}

/** A whole JSON body. */
export function jsonAnswer(call: Call, body: unknown): GatewayResponse {
  call.log.add({ kind: 'answered', status: 200 });
  call.log.add({ kind: 'ending', ending: 'complete' });
  const headers = withOwnHeaders(call, { ...JSON_TYPE });
  return { status: 200, headers, body: JSON.stringify(body), afterEnd: afterEnd(call) };
}

/**
 * The JSON body of a model's answer, which has the gateway's own headers in a member `headers` too: a client's object is often all that
 * its caller sees of an answer.
 */
export function modelAnswer(call: Call, body: JsonObject): GatewayResponse {
  call.log.add({ kind: 'answered', status: 200 });
  call.log.add({ kind: 'ending', ending: 'complete' });
  const headers = withOwnHeaders(call, { ...JSON_TYPE });
  const shown: Record<string, string | undefined> = {};
  for (const name in headers) {
    if (name.startsWith('x-nemo-')) {
      shown[name] = headers[name];
    }
  }
  return {
    status: 200,
    headers,
    body: JSON.stringify({ ...body, headers: shown }),
    afterEnd: afterEnd(call),
  };
}

/** Server-sent events as they come. Until its end the answer counts as one that the caller has left. */
export function streamAnswer(call: Call, body: StreamedBody): GatewayResponse {
  call.log.add({ kind: 'answered', status: 200 });
  call.log.add({ kind: 'ending', ending: 'hung-up' });
  const headers = withOwnHeaders(call, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  });
  return { status: 200, headers, body, afterEnd: afterEnd(call) };
}

/** The answer to a call that no attempt could serve. */
export function lossAnswer(call: Call, result: RunResult<unknown>): GatewayResponse {
  const { outcome, failures } = result;
  const reason = outcome.kind === 'lost' ? outcome.reason : 'failures';
  if (reason === 'hung-up') {
    return errorAnswer(call, HUNG_UP);
  }
  // Where the request itself was at fault, the call was refused.
  const isRefusal =
    failures.some(({ kind }) => kind === 'rejected' || kind === 'context-exceeded') ||
    (failures.length > 0 && failures.every(({ kind }) => kind === 'unsupported'));
  return errorAnswer(call, finalError(failedAttempts(result), reason), isRefusal ? 'refused' : 'failed');
}

/** The answer to a call that a bug has ended before its answer began. It is logged and recorded like any other end. */
export function bugAnswer(call: Call, bug: unknown): GatewayResponse {
  call.gateway.ports.onBug?.(bug);
  try {
    return errorAnswer(call, BUG, 'failed');
  } catch (another) {
    // Nobody has an answer whose end would end the call.
    call.log.last.entered?.leave();
    throw another;
  }
}

function failedAttempts({ attempts }: RunResult<unknown>): Parameters<typeof finalError>[0] {
  return attempts.flatMap(({ attempt }) => {
    const { failure, endedAtMs = attempt.startedAtMs } = attempt.report();
    return failure === undefined
      ? []
      : [{ deployment: attempt.deployment.id, failure, totalMs: endedAtMs - attempt.startedAtMs }];
  });
}

/** An answer's headers, into which the gateway's own are written, for the call as it stands. */
export function withOwnHeaders(
  { gateway, log, surface }: Call,
  headers: Record<string, string>,
): Readonly<Record<string, string>> {
  const { requestIdHeader } = surface;
  const ofLimits = log.last.admitted?.admission.headers;
  for (const name in ofLimits) {
    headers[name] = ofLimits[name] ?? '';
  }
  answerHeaders(headOf(log, gateway.ports.clock.nowMs()), log.stages, headers);
  if (requestIdHeader !== undefined) {
    headers[requestIdHeader] = log.requestId;
  }
  return headers;
}

/** Records the call and writes what its attempts taught, once. */
function afterEnd(call: Call): () => Promise<void> {
  let ended: Promise<void> | undefined;
  return () => {
    // What is written in a moment must not hold the call until then, with all that its attempts have read: no closure of ours waits.
    ended ??= conclude(call)
      .catch(call.gateway.ports.onBug ?? untold)
      .finally(call.log.last.entered?.leave);
    return ended;
  };
}

function untold(): void {}

async function conclude(call: Call): Promise<void> {
  const { ports, decisions } = call.gateway;
  const { attempts, last } = call.log;
  for (const { attempt } of attempts) {
    // An attempt that has ended takes no notice. A caller who left before he read anything has nobody else to stop it.
    attempt.abort({ kind: 'aborted', by: 'caller' });
  }
  const record = recordOf(call.log, ports.clock.nowMs());
  // The answer's tokens, and the cost of all its attempts that the vendors bill.
  const use = { requests: 1, tokens: record.usedTokens ?? 0, usd: record.costUsd ?? 0 };
  const spender = last.authenticated?.spender;
  const settled =
    spender === undefined ? last.admitted?.admission.settle(use) : ports.keyLimiter?.noteSpent(spender, use.usd);
  // A frozen instance could not go on with them.
  const probes = last.looking === undefined ? [] : await probesOf(call, last.looking.looks);
  const whole = probes.length === 0 ? record : { ...record, probes };
  decisions?.add(whole);
  ports.rollups?.note(whole);
  ports.onRecord(whole);
  return Promise.all([
    settled,
    ...(attempts.length === 0 ? [] : [ports.statistics.flush(), ports.rollups?.flush()]),
  ]).then(() => undefined);
}

/** What came of the probes beside a call. A bug in them is told, and the call is recorded all the same. */
async function probesOf({ gateway }: Call, looks: Looks): Promise<readonly ProbeRecord[]> {
  try {
    return await looks.end(LOOKS_GRACE_MS);
  } catch (bug) {
    gateway.ports.onBug?.(bug);
    return [];
  }
}
