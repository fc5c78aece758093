import type { AnswerEvent } from '../model/answer-event.ts';
import { untilReady } from '../model/arrivals.ts';
import type { Attempt, AttemptOpening } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Clock } from '../model/clock.ts';
import { requestFeeUsd } from '../model/cost.ts';
import type { Dial, UpstreamRequest, UpstreamResponse } from '../model/dial.ts';
import { dialectOf } from '../model/dialect.ts';
import type { Deployment, Timeouts } from '../model/gateway-config.ts';
import type { Protocol, Target } from '../protocols/protocol.ts';
import { type AnswerReading, endReading, reportOf, stallWatch, take } from './answer-reading.ts';
import { abortReason } from './connection-failure.ts';
import { readFailedResponse } from './failed-response.ts';
import { responseBytes, responseDecoder } from './response-body.ts';
import { madeUnheard, mayReadUnseen } from './spent-usage.ts';

/** What one attempt at a chat answer needs: the deployment, the encoded request, the dial. */
export interface ChatAttemptOptions {
  readonly deployment: Deployment;
  readonly protocol: Protocol;
  readonly target: Target;
  readonly request: UpstreamRequest;
  /** How many choices the answer will have. */
  readonly choices: number;
  readonly timeouts: Timeouts;
  /** Of the answer's body, at the most. @default without a bound */
  readonly maxBytes?: number;
  readonly dial: Dial;
  readonly clock: Clock;
  /** The request for a whole answer, where the vendor gives this one no stream: called when it says so. Absent: no stream is asked for. */
  readonly withoutStream?: () => UpstreamRequest | undefined;
}

interface Reading extends AnswerReading {
  readonly options: ChatAttemptOptions;
}

/** An attempt at a chat completion: dials, decodes, watches for stalls. */
export function chatAttempt(options: ChatAttemptOptions): Attempt<AnswerEvent> {
  const controller = new AbortController();
  const onStall = (afterMs: number): void => controller.abort({ kind: 'timed-out', phase: 'stall', afterMs });
  const reading: Reading = {
    options,
    controller,
    startedAtMs: options.clock.nowMs(),
    stall: stallWatch(options.clock, options.timeouts.stallMs, onStall),
    choicesLeft: options.choices,
    hasContent: false,
    answerBytes: 0,
    unheard: undefined,
    readsUntold: false,
    feesUsd: requestFeeUsd(options.request.body, options.target.vendor, options.choices),
    dialect: options.request.dialect ?? dialectOf(options.deployment.providerSettings.protocol),
    report: {},
  };
  return {
    deployment: options.deployment,
    startedAtMs: reading.startedAtMs,
    open: () => open(reading, options.request),
    isReady: (wake) => isReady(reading, wake),
    take: () => takePieces(reading),
    abort: (failure) => {
      // What has ended needs no stopping, and its connection may still be read to the end, to be kept.
      if (reading.report.endedAtMs === undefined) {
        endReading(reading, failure);
        controller.abort(failure);
      }
    },
    report: () => reportOf(reading),
  };
}

async function open(reading: Reading, request: UpstreamRequest): Promise<AttemptOpening<AnswerEvent>> {
  const { options, controller } = reading;
  const { deployment, timeouts, target } = options;
  reading.unheard = madeUnheard(request, target.vendor);
  reading.readsUntold = mayReadUnseen(request, reading.dialect);
  const dialled = await options.dial({ deployment, request, connectMs: timeouts.connectMs, signal: controller.signal });
  if (dialled.kind === 'failed') {
    return failOpening(reading, controller.signal.aborted ? abortReason(controller.signal) : dialled.failure);
  }
  if (dialled.status < 200 || dialled.status > 299) {
    const failure = await readFailedResponse(dialled, { ...options, request: request.body }, controller.signal);
    const whole = request === options.request ? wholeInstead(failure, options) : undefined;
    return whole === undefined ? failOpening(reading, failure) : open(reading, whole);
  }
  return readToContent(reading, dialled);
}

/** What is asked for once more where the vendor gives no stream. */
function wholeInstead(failure: AttemptFailure, { withoutStream }: ChatAttemptOptions): UpstreamRequest | undefined {
  const isStream = failure.kind === 'unsupported' && failure.isStream === true;
  return isStream ? withoutStream?.() : undefined;
}

async function readToContent(reading: Reading, response: UpstreamResponse): Promise<AttemptOpening<AnswerEvent>> {
  const { protocol, target, choices } = reading.options;
  reading.body = {
    bytes: responseBytes(response.body, reading.controller.signal, reading.options.maxBytes),
    decoder: responseDecoder(protocol.framing, protocol.decoder(target, choices)),
    secrets: response.secrets,
  };
  const events = await openingEvents(reading);
  const { report, options, startedAtMs } = reading;
  // Content and its failure in one read: the content never left the house, so the attempt has failed like any other.
  if (report.failure !== undefined) {
    return { kind: 'failed', failure: report.failure };
  }
  reading.report = { ...report, ttftMs: options.clock.nowMs() - startedAtMs };
  return { kind: 'opened', pieces: events };
}

/** The events up to the first content, or to the end. */
async function openingEvents(reading: Reading): Promise<readonly AnswerEvent[]> {
  const events: AnswerEvent[] = [];
  // The race watches for silence until then.
  const opening = { isReady: (wake: () => void): boolean => isReady(reading, wake, reading.choicesLeft <= 0) };
  let more: readonly AnswerEvent[] | undefined;
  do {
    await untilReady(opening);
    more = takePieces(reading);
    for (const event of more ?? []) {
      events.push(event);
    }
    if (!reading.hasContent && isEndlessOpening(events.length, reading.body?.bytes.size() ?? 0)) {
      failOpening(reading, { kind: 'malformed', reason: 'a beginning without end' });
    }
  } while (more !== undefined && !reading.hasContent);
  return events;
}

function failOpening(reading: Reading, failure: AttemptFailure): AttemptOpening<AnswerEvent> {
  endReading(reading, failure);
  reading.controller.abort(failure);
  return { kind: 'failed', failure: reading.report.failure ?? failure };
}

function isReady({ body, stall, report }: Reading, wake: () => void, watchesStall = true): boolean {
  if (body === undefined || report.endedAtMs !== undefined || body.bytes.isReady(wake)) {
    return true;
  }
  if (watchesStall) {
    stall.waiting();
  }
  return false;
}

function takePieces(reading: Reading): readonly AnswerEvent[] | undefined {
  const { body, report } = reading;
  return body === undefined || report.endedAtMs !== undefined ? undefined : take(reading, body, body.bytes.take());
}

/** What a vendor says before its first content at the most. */
const MAX_EVENTS = 100_000;
const MAX_BYTES = 8 * 1024 * 1024;
/** The same where none of it is an event yet: a whole answer in one body may hold pictures. */
const MAX_SILENT_BYTES = 64 * 1024 * 1024;

/** Whether a beginning without content is longer than any answer's: so many events, from so many bytes of the body. */
function isEndlessOpening(events: number, bytes: number): boolean {
  return events > MAX_EVENTS || bytes > (events > 0 ? MAX_BYTES : MAX_SILENT_BYTES);
}
