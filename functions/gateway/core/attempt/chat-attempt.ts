import type { AnswerEvent } from '../model/answer-event.ts';
import { takeWhile, untilReady } from '../model/arrivals.ts';
import type { Attempt, AttemptObserver, AttemptOpening, AttemptReport, AttemptSetting } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Clock } from '../model/clock.ts';
import { requestFeeUsd } from '../model/cost.ts';
import { defined } from '../model/defined.ts';
import type { DialResult, UpstreamRequest } from '../model/dial.ts';
import { DIALECTS, type Dialect } from '../model/dialect.ts';
import type { Deployment, Timeouts } from '../model/gateway-config.ts';
import { type AnswerReading, type AskedForAnswer, answerReading, isEndless, nextEvents } from './answer-reading.ts';
import { abortReason } from './connection-failure.ts';
import { readFailedResponse } from './failed-response.ts';
import { madeUnheard, mayReadUnseen } from './spent-usage.ts';
import { StallWatch } from './stall-watch.ts';

/** What one attempt at a chat answer needs: the deployment, the encoded request, the dial. */
export interface ChatAttemptOptions extends AttemptSetting, AskedForAnswer {
  readonly deployment: Deployment;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  /** The request for a whole answer, where the vendor gives this one no stream: called when it says so. Absent: no stream is asked for. */
  readonly withoutStream?: () => UpstreamRequest | undefined;
}

/** How long the rest of a complete answer is read for, so that its connection can be kept. */
const DRAIN_MS = 1000;
/** How long the usage and the terminal event are waited for once every choice has its finish reason. */
const AFTER_FINISH_MS = 1000;
/** Ends the reading of an answer that is whole. */
const ENOUGH: AttemptFailure = { kind: 'aborted', by: 'hedge' };

/** An attempt at a chat completion: dials, decodes, watches for stalls and tells the fleet. */
export class ChatAttempt implements Attempt<AnswerEvent> {
  readonly deployment: Deployment;
  readonly startedAtMs: number;
  readonly spanId: string | undefined;
  readonly #options: ChatAttemptOptions;
  /** Whose words the answer is in. */
  readonly #dialect: Dialect;
  /** What the vendor asks for the request, US dollars, whatever comes of it. */
  readonly #requestFeeUsd: number;
  readonly #observer: AttemptObserver | undefined;
  readonly #controller = new AbortController();
  /** Set once the head of a response has come that may be an answer. */
  #reading: AnswerReading | undefined;
  /** Set with the first wait that nobody else watches: up to the first content the race does. */
  #stall: StallWatch | undefined;
  #isOpening = true;
  /** Set while its opening is to be told: once more is asked for, its first content having gone to the caller, or with the next timers. */
  #cancelTelling: (() => void) | undefined;
  #ttftMs: number | undefined;
  #endedAtMs: number | undefined;
  #failure: AttemptFailure | undefined;
  /** What the vendor makes where nobody listens. */
  #unheard: AttemptReport['unheard'];
  /** Whether the vendor may read by itself what its answer does not show. */
  #mayReadUnseen = false;

  constructor(options: ChatAttemptOptions) {
    const { deployment, clock, request, target, choices, spanId, observe } = options;
    this.deployment = deployment;
    this.startedAtMs = clock.nowMs();
    this.spanId = spanId;
    this.#options = options;
    this.#dialect = request.dialect ?? DIALECTS[deployment.providerSettings.protocol];
    this.#requestFeeUsd = requestFeeUsd(request.body, target.vendor, choices);
    this.#observer = observe?.(this);
  }

  async open(): Promise<AttemptOpening<AnswerEvent>> {
    const { request, clock, isAlone } = this.#options;
    const pieces: AnswerEvent[] = [];
    const dialled = await this.#dial(request);
    if (dialled.kind === 'failed') {
      this.#fail(dialled.failure);
    } else {
      this.#reading = answerReading(dialled, this.#options, {
        signal: this.#controller.signal,
        dialect: this.#dialect,
        feesUsd: this.#requestFeeUsd,
        readsUntold: this.#mayReadUnseen,
      });
      await this.#readToContent(this.#reading, pieces);
    }
    const failure = this.#failure;
    // Content and its failure in one read: the content never left the house, so the attempt has failed like any other.
    if (failure === undefined) {
      this.#ttftMs = clock.nowMs() - this.startedAtMs;
    }
    this.#isOpening = false;
    if (this.#endedAtMs === undefined && isAlone?.() === true) {
      // A caller who does not read yet keeps nothing from the fleet.
      this.#cancelTelling = clock.after(0, () => this.#tellOpening());
    } else {
      this.#observer?.tellOpening(this.report());
    }
    return failure === undefined ? { kind: 'opened', pieces } : { kind: 'failed', failure };
  }

  isReady(wake: () => void): boolean {
    this.#tellOpening();
    const reading = this.#reading;
    const isOver = reading === undefined || this.#endedAtMs !== undefined || reading.bodyBytes > reading.maxBytes;
    if (isOver || reading.arrivals.isReady(wake)) {
      return true;
    }
    if (!this.#isOpening || reading.choicesLeft <= 0) {
      this.#watchForStall(reading.choicesLeft <= 0);
    }
    return false;
  }

  take(): readonly AnswerEvent[] | undefined {
    const reading = this.#reading;
    if (reading === undefined || this.#endedAtMs !== undefined) {
      return undefined;
    }
    const events = nextEvents(reading);
    this.#stall?.moved(reading.hasMoved);
    const last = events.at(-1);
    if (last?.type === 'failed' && reading.choicesLeft > 0) {
      this.#fail(last.failure);
    } else if (last?.type === 'failed') {
      // What goes wrong behind the last finish reason has cut nothing off.
      this.#end(undefined);
      this.#controller.abort(ENOUGH);
      return events.slice(0, -1);
    } else if (reading.hasEnded) {
      this.#end(undefined);
    } else if (reading.decoder.isComplete()) {
      this.#end(undefined);
      this.#keepConnection(reading);
    }
    return events;
  }

  abort(failure: AttemptFailure): void {
    // What has ended needs no stopping, and its connection may still be read to the end, to be kept.
    if (this.#endedAtMs === undefined) {
      this.#fail(failure);
    }
  }

  report(): AttemptReport {
    const { bodyBytes = 0, answerBytes, usage } = this.#reading ?? {};
    const { feesUsd = this.#requestFeeUsd, readsUntold = this.#mayReadUnseen } = this.#reading ?? {};
    return {
      bodyBytes,
      ...defined({
        ttftMs: this.#ttftMs,
        endedAtMs: this.#endedAtMs,
        failure: this.#failure,
        usage,
        answerBytes: answerBytes === 0 ? undefined : answerBytes,
        feesUsd: feesUsd === 0 ? undefined : feesUsd,
        unheard: this.#unheard,
        readsUntold: readsUntold ? (true as const) : undefined,
      }),
    };
  }

  /** The response that may be an answer. Where the vendor gives this request no stream, it is asked once more for a whole answer. */
  async #dial(request: UpstreamRequest): Promise<DialResult> {
    const { deployment, protocol, target, timeouts, dial, headers, clock, withoutStream } = this.#options;
    const { signal } = this.#controller;
    this.#unheard = madeUnheard(request, target.vendor);
    this.#mayReadUnseen = mayReadUnseen(request, this.#dialect);
    const dialled = await dial({ deployment, request, headers, connectMs: timeouts.connectMs, signal });
    if (dialled.kind === 'failed') {
      return signal.aborted ? { kind: 'failed', failure: abortReason(signal) } : dialled;
    }
    if (dialled.status >= 200 && dialled.status <= 299) {
      return dialled;
    }
    const failure = await readFailedResponse(dialled, { protocol, clock, request: request.body }, signal);
    const isStream = failure.kind === 'unsupported' && failure.isStream === true && request === this.#options.request;
    const whole = isStream ? withoutStream?.() : undefined;
    return whole === undefined ? { kind: 'failed', failure } : await this.#dial(whole);
  }

  /** Reads up to the first content, or to the end. */
  async #readToContent(reading: AnswerReading, pieces: AnswerEvent[]): Promise<void> {
    let more: readonly AnswerEvent[] | undefined;
    do {
      await untilReady(this);
      more = this.take();
      for (const event of more ?? []) {
        pieces.push(event);
      }
      if (!reading.hasContent && isEndless(pieces.length, reading.bodyBytes)) {
        this.#fail({ kind: 'malformed', reason: 'a beginning without end' });
      }
    } while (more !== undefined && !reading.hasContent);
  }

  /** A wait begins. `isFinished`: only the usage and the terminal event are to come. */
  #watchForStall(isFinished: boolean): void {
    const { clock, timeouts } = this.#options;
    this.#stall ??= new StallWatch(clock, timeouts.stallMs, (afterMs) =>
      this.#controller.abort({ kind: 'timed-out', phase: 'stall', afterMs } satisfies AttemptFailure),
    );
    if (isFinished) {
      this.#stall.shorten(AFTER_FINISH_MS);
    }
    this.#stall.waiting();
  }

  #tellOpening(): void {
    if (this.#cancelTelling !== undefined) {
      this.#cancelTelling();
      this.#cancelTelling = undefined;
      this.#observer?.tellOpening(this.report());
    }
  }

  /** Ends the attempt, and the call where it is still under way. */
  #fail(failure: AttemptFailure): void {
    this.#end(failure);
    this.#controller.abort(failure);
  }

  /** Ends the attempt. The first reason stands. */
  #end(failure: AttemptFailure | undefined): void {
    this.#stall?.stop();
    if (this.#endedAtMs === undefined) {
      this.#tellOpening();
      this.#endedAtMs = this.#options.clock.nowMs();
      this.#failure = failure;
      // Until it has opened, its opening tells of its end too.
      if (!this.#isOpening) {
        this.#observer?.tellEnd(this.report());
      }
    }
  }

  /** The answer is complete but its bytes may not be: reads them behind the caller's back, for a moment. */
  #keepConnection(reading: AnswerReading): void {
    const cancel = this.#options.clock.after(DRAIN_MS, () => this.#controller.abort(ENOUGH));
    const count = (bytes: Uint8Array): boolean => {
      reading.bodyBytes += bytes.length;
      return true;
    };
    // Its end, kept or not.
    takeWhile(reading.arrivals, count).then(cancel, cancel);
  }
}
