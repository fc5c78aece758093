import { type AnswerEvent, isContent } from '../model/answer-event.ts';
import type { AttemptReport } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Clock } from '../model/clock.ts';
import { toolFeeUsd } from '../model/cost.ts';
import { defined } from '../model/defined.ts';
import type { UpstreamRequest } from '../model/dial.ts';
import type { Dialect } from '../model/dialect.ts';
import { isCredible } from '../model/usage.ts';
import { textWeight } from '../wire/text-weight.ts';
import { cleanFailure } from './failed-response.ts';
import type { BytesStep, ResponseBytes, ResponseDecoder } from './response-body.ts';
import { isReading } from './spent-usage.ts';

/** One answer on its way in, and what is known of it. */
export interface AnswerReading {
  /** `request`: what was asked. */
  readonly options: { readonly clock: Clock; readonly request: UpstreamRequest };
  readonly controller: AbortController;
  readonly startedAtMs: number;
  readonly stall: StallWatch;
  /** Choices without their finish reason. */
  choicesLeft: number;
  /** Whether any event has been content. */
  hasContent: boolean;
  /** Of its text, in UTF-8. */
  answerBytes: number;
  /** What the vendor asks for beside tokens, US dollars. */
  feesUsd: number;
  /** What the vendor makes where nobody listens. */
  unheard: AttemptReport['unheard'];
  /** Whether the vendor's own tools have read what it has not told the tokens of. */
  readsUntold: boolean;
  /** Whose words the answer is in. */
  readonly dialect: Dialect;
  body?: ResponseBody;
  /** But for the sizes. */
  report: AttemptReport;
}

/** The body of a response that may be an answer. */
interface ResponseBody {
  readonly bytes: ResponseBytes;
  readonly decoder: ResponseDecoder;
  /** Of its dial. */
  readonly secrets: readonly string[] | undefined;
}

/** How it stands with the attempt. */
export function reportOf({ report, answerBytes, feesUsd, unheard, readsUntold, body }: AnswerReading): AttemptReport {
  const bodyBytes = body?.bytes.size() ?? 0;
  return {
    ...report,
    bodyBytes,
    ...(answerBytes === 0 ? {} : { answerBytes }),
    ...(feesUsd === 0 ? {} : { feesUsd }),
    ...defined({ unheard, readsUntold: readsUntold ? (true as const) : undefined }),
  };
}

/** How long the rest of a complete answer is read for, so that its connection can be kept. */
const DRAIN_MS = 1000;
/** How long the usage and the terminal event are waited for once every choice has its finish reason. */
const AFTER_FINISH_MS = 1000;

/** Turns one step of the body into events and notes what they say of the attempt. */
export function take(reading: AnswerReading, body: ResponseBody, step: BytesStep): readonly AnswerEvent[] {
  const read = believed(reading, body, eventsOf(reading, body.decoder, step));
  reading.stall.moved(note(reading, read));
  // What goes wrong behind the last finish reason has cut nothing off.
  const events = reading.choicesLeft > 0 ? read : read.filter(({ type }) => type !== 'failed');
  const last = events.at(-1);
  if (last?.type === 'failed') {
    endReading(reading, last.failure);
    reading.controller.abort(last.failure);
  } else if (events.length < read.length) {
    endReading(reading, undefined);
    reading.controller.abort({ kind: 'aborted', by: 'hedge' });
  } else if (step.kind !== 'bytes' || body.decoder.isComplete()) {
    endReading(reading, undefined);
    if (step.kind === 'bytes') {
      keepConnection(reading, body.bytes);
    }
  }
  return events;
}

/** Without counts that cannot be true, and with failures that may be shown. */
function believed(
  { options }: AnswerReading,
  { secrets }: ResponseBody,
  events: readonly AnswerEvent[],
): readonly AnswerEvent[] {
  return events.some(isToBeChecked)
    ? events
        .filter((event) => event.type !== 'usage' || isCredible(event.usage))
        .map((event) =>
          event.type === 'failed'
            ? { ...event, failure: cleanFailure(event.failure, secrets, options.request.body) }
            : event,
        )
    : events;
}

function isToBeChecked({ type }: AnswerEvent): boolean {
  return type === 'usage' || type === 'failed';
}

function eventsOf({ choicesLeft }: AnswerReading, decoder: ResponseDecoder, step: BytesStep): readonly AnswerEvent[] {
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

/** Notes what events say of the attempt. Gives whether one of them is content. */
function note(reading: AnswerReading, events: readonly AnswerEvent[]): boolean {
  let hasContent = false;
  for (const event of events) {
    hasContent ||= isContent(event);
    if (event.type === 'usage') {
      reading.report = { ...reading.report, usage: event.usage };
      reading.readsUntold = false;
    } else if (event.type === 'finish') {
      reading.choicesLeft -= 1;
    } else if (event.type === 'part-delta') {
      reading.answerBytes += textWeight(event.text);
    } else if (event.type === 'part-start') {
      reading.feesUsd += toolFeeUsd(event.begins, reading.dialect);
      reading.readsUntold ||= isReading(event.begins);
    }
  }
  if (reading.choicesLeft <= 0) {
    reading.stall.shorten(AFTER_FINISH_MS);
  }
  reading.hasContent ||= hasContent;
  return hasContent;
}

/** Ends the attempt. The first reason stands. */
export function endReading(reading: AnswerReading, failure: AttemptFailure | undefined): void {
  reading.stall.stop();
  if (reading.report.endedAtMs === undefined) {
    const endedAtMs = reading.options.clock.nowMs();
    reading.report = { ...reading.report, endedAtMs, ...defined({ failure }) };
  }
}

/** The answer is complete but its bytes may not be: reads them behind the caller's back, for a moment. */
function keepConnection({ options, controller }: AnswerReading, bytes: ResponseBytes): void {
  const cancel = options.clock.after(DRAIN_MS, () => controller.abort({ kind: 'aborted', by: 'hedge' }));
  // Its end, kept or not.
  void bytes.read(() => true).then(cancel);
}

/** Notices when a wait lasts too long. One timer for the whole answer, however many chunks it has. */
export interface StallWatch {
  /** A wait begins. */
  readonly waiting: () => void;
  /** The wait has ended: what the caller does with the chunk is no stall of the provider's. `isContent`: what has come was no mere ping. */
  readonly moved: (isContent: boolean) => void;
  /** From now on no wait may last longer than this. */
  readonly shorten: (stallMs: number) => void;
  readonly stop: () => void;
}

/** Pings without content are waited through for so many times as long as silence: a model may think between its words. */
const PINGS_FACTOR = 4;

interface Watched {
  limitMs: number;
  /** Waits since the last content that have ended, together. */
  withoutContentMs: number;
  waitingSinceMs?: number | undefined;
  cancel?: (() => void) | undefined;
}

/**
 * A watch that calls `onStall` once a wait between two chunks lasts `stallMs`, or all waits between two chunks with content last four times
 * that. `afterMs`: how long it lasted.
 */
export function stallWatch(clock: Clock, stallMs: number, onStall: (afterMs: number) => void): StallWatch {
  const contentMs = stallMs * PINGS_FACTOR;
  const watched: Watched = { limitMs: stallMs, withoutContentMs: 0 };
  const waitedMs = (): number => (watched.waitingSinceMs === undefined ? 0 : clock.nowMs() - watched.waitingSinceMs);
  const leftMs = (): number => Math.min(watched.limitMs, contentMs - watched.withoutContentMs) - waitedMs();
  const check = (): void => {
    watched.cancel = undefined;
    if (leftMs() > 0) {
      watched.cancel = clock.after(Math.max(1, leftMs()), check);
      return;
    }
    onStall(waitedMs() >= watched.limitMs ? waitedMs() : watched.withoutContentMs + waitedMs());
  };
  const stop = (): void => {
    watched.cancel?.();
    watched.cancel = undefined;
  };
  return {
    waiting: () => {
      watched.waitingSinceMs = clock.nowMs();
      watched.cancel ??= clock.after(Math.max(0, leftMs()), check);
    },
    moved: (isContent) => {
      watched.withoutContentMs = isContent ? 0 : watched.withoutContentMs + waitedMs();
      watched.waitingSinceMs = undefined;
    },
    shorten: (shorterMs) => {
      if (shorterMs < watched.limitMs) {
        watched.limitMs = shorterMs;
        stop();
      }
    },
    stop,
  };
}
