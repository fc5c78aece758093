import { type AnswerEvent, isContent } from '../model/answer-event.ts';
import type { Attempt, AttemptOpening, AttemptReport } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Clock } from '../model/clock.ts';
import type { Dial, UpstreamRequest, UpstreamResponse } from '../model/dial.ts';
import type { Deployment, Timeouts } from '../model/gateway-config.ts';
import { isCredible } from '../model/usage.ts';
import type { Protocol, Target } from '../protocols/protocol.ts';
import { utf8Size } from '../wire/json-size.ts';
import { cleanFailure } from './clean-failure.ts';
import { abortReason } from './connection-failure.ts';
import { isEndlessOpening } from './endless-opening.ts';
import { readFailedResponse } from './failed-response.ts';
import {
  type BytesStep,
  type ResponseBytes,
  type ResponseDecoder,
  responseBytes,
  responseDecoder,
} from './response-body.ts';
import { type StallWatch, stallWatch } from './stall-watch.ts';

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

/** How long the rest of a complete answer is read for, so that its connection can be kept. */
const DRAIN_MS = 1000;
/** How long the usage and the terminal event are waited for once every choice has its finish reason. */
const AFTER_FINISH_MS = 1000;

interface Reading {
  readonly options: ChatAttemptOptions;
  readonly controller: AbortController;
  readonly startedAtMs: number;
  readonly stall: StallWatch;
  /** Choices without their finish reason. */
  choicesLeft: number;
  body?: ResponseBody;
  report: AttemptReport;
}

/** The body of a response that may be an answer. */
interface ResponseBody {
  readonly bytes: ResponseBytes;
  readonly decoder: ResponseDecoder;
  /** Of its dial. */
  readonly secrets: readonly string[] | undefined;
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
    report: {},
  };
  return {
    deployment: options.deployment,
    startedAtMs: reading.startedAtMs,
    open: () => open(reading, options.request),
    next: () => next(reading),
    abort: (failure) => {
      // What has ended needs no stopping, and its connection may still be read to the end, to be kept.
      if (reading.report.endedAtMs === undefined) {
        end(reading, failure);
        controller.abort(failure);
      }
    },
    report: () => ({ ...reading.report, bodyBytes: reading.body?.bytes.size() ?? 0 }),
  };
}

async function open(reading: Reading, request: UpstreamRequest): Promise<AttemptOpening<AnswerEvent>> {
  const { options, controller } = reading;
  const { deployment, timeouts } = options;
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
  let more: readonly AnswerEvent[] | undefined;
  do {
    more = await next(reading, false);
    for (const event of more ?? []) {
      events.push(event);
    }
    if (isEndlessOpening(events.length, reading.body?.bytes.size() ?? 0) && !events.some(isContent)) {
      failOpening(reading, { kind: 'malformed', reason: 'a beginning without end' });
    }
  } while (more !== undefined && !more.some(isContent));
  return events;
}

function failOpening(reading: Reading, failure: AttemptFailure): AttemptOpening<AnswerEvent> {
  end(reading, failure);
  reading.controller.abort(failure);
  return { kind: 'failed', failure: reading.report.failure ?? failure };
}

async function next(reading: Reading, watchesStall = true): Promise<readonly AnswerEvent[] | undefined> {
  const { body } = reading;
  while (body !== undefined && reading.report.endedAtMs === undefined) {
    if (watchesStall || reading.choicesLeft <= 0) {
      reading.stall.waiting();
    }
    const step = await body.bytes.next();
    reading.stall.moving();
    const events = take(reading, body, step);
    if (events.some(isContent)) {
      reading.stall.heard();
    }
    // An opening is measured after each step, also of one that says nothing.
    if (events.length > 0 || !watchesStall) {
      return events;
    }
  }
  return undefined;
}

/** Turns one step of the body into events and notes what they say of the attempt. */
function take(reading: Reading, body: ResponseBody, step: BytesStep): readonly AnswerEvent[] {
  const read = eventsOf(reading, body.decoder, step)
    .filter((event) => event.type !== 'usage' || isCredible(event.usage))
    .map((event) =>
      event.type === 'failed'
        ? { ...event, failure: cleanFailure(event.failure, body.secrets, reading.options.request.body) }
        : event,
    );
  note(reading, read);
  // What goes wrong behind the last finish reason has cut nothing off.
  const events = reading.choicesLeft > 0 ? read : read.filter(({ type }) => type !== 'failed');
  const last = events.at(-1);
  if (last?.type === 'failed') {
    end(reading, last.failure);
    reading.controller.abort(last.failure);
  } else if (events.length < read.length) {
    end(reading, undefined);
    reading.controller.abort({ kind: 'aborted', by: 'hedge' });
  } else if (step.kind !== 'bytes' || body.decoder.isComplete()) {
    end(reading, undefined);
    if (step.kind === 'bytes') {
      keepConnection(reading, body.bytes);
    }
  }
  return events;
}

function eventsOf({ choicesLeft }: Reading, decoder: ResponseDecoder, step: BytesStep): readonly AnswerEvent[] {
  switch (step.kind) {
    case 'bytes':
      return decoder.push(step.bytes);
    case 'ended':
      return decoder.end();
    case 'broke':
      return ending(decoder, choicesLeft, step.failure);
  }
}

/** A connection that breaks after the last finish reason has cut nothing off. Any other break is its own failure, not `truncated`. */
function ending(decoder: ResponseDecoder, choicesLeft: number, failure: AttemptFailure): readonly AnswerEvent[] {
  const last = failure.kind === 'aborted' ? [] : decoder.end();
  const finished = last.filter(({ type }) => type === 'finish').length;
  const isWhole = failure.kind !== 'aborted' && last.at(-1)?.type !== 'failed' && finished >= choicesLeft;
  return isWhole ? last : [{ type: 'failed', failure }];
}

function note(reading: Reading, events: readonly AnswerEvent[]): void {
  for (const event of events) {
    if (event.type === 'usage') {
      reading.report = { ...reading.report, usage: event.usage };
    } else if (event.type === 'finish') {
      reading.choicesLeft -= 1;
    } else if (event.type === 'part-delta') {
      const answerBytes = (reading.report.answerBytes ?? 0) + utf8Size(event.text);
      reading.report = { ...reading.report, answerBytes };
    }
  }
  if (reading.choicesLeft <= 0) {
    reading.stall.shorten(AFTER_FINISH_MS);
  }
}

function end(reading: Reading, failure: AttemptFailure | undefined): void {
  reading.stall.stop();
  if (reading.report.endedAtMs === undefined) {
    const endedAtMs = reading.options.clock.nowMs();
    reading.report = { ...reading.report, endedAtMs, ...(failure === undefined ? {} : { failure }) };
  }
}

/** The answer is complete but its bytes may not be: reads them behind the caller's back, for a moment. */
function keepConnection({ options, controller }: Reading, bytes: ResponseBytes): void {
  const cancel = options.clock.after(DRAIN_MS, () => controller.abort({ kind: 'aborted', by: 'hedge' }));
  void bytes.drain().then(cancel);
}
