import type { ContinuableAnswer } from '../continuation/continuable-answer.ts';
import type { AnswerEvent } from '../model/answer-event.ts';
import { type Arrivals, arrivalOf, iterated, type StoppableArrivals } from '../model/arrivals.ts';
import type { Attempt } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import { streamError } from '../race/final-error.ts';
import type { AnswerStream } from '../surfaces/surface.ts';
import type { Call } from './call.ts';
import { recordOf } from './call-record.ts';
import { isLostAfterKeeping } from './keep-answer.ts';
import type { StreamedBody } from './ports.ts';
import { BUG } from './respond.ts';
import { trailJson } from './trail.ts';

/** A stream past its commit point. */
export interface CommittedStream {
  readonly leader: Attempt<AnswerEvent>;
  /** What has been read so far; ends with the first content. */
  readonly events: readonly AnswerEvent[];
  /** The answer across its breaks, where another deployment may go on with it; absent: it ends where `leader` does. */
  readonly whole: ContinuableAnswer | undefined;
  /** The caller sees one answer by one model, also where another deployment goes on with it: the trail tells. */
  readonly stream: AnswerStream;
  /** The instant at which it must have ended, milliseconds since 1970. */
  readonly deadlineMs: number;
}

/**
 * The caller's stream after commit: the surface's events as they come, its ending and the trail. A stream
 * that breaks, and with which nobody goes on, ends with an error and unlike a finished one. Never throws. Aborts the provider when the
 * caller hangs up, when the deadline passes and when the consumer stops early.
 */
export class CallersStream implements StreamedBody, StoppableArrivals<string> {
  readonly arrivals: StoppableArrivals<string>;
  readonly #call: Call;
  readonly #committed: CommittedStream;
  readonly #answer: Arrivals<readonly AnswerEvent[]> & Pick<Attempt<AnswerEvent>, 'abort'>;
  #unread: readonly AnswerEvent[] | undefined;
  #onHangUp: (() => void) | undefined;
  #cancelDeadline: (() => void) | undefined;
  /** Set when the answer has ended and its ending takes a while to be written. */
  #ending: Arrivals<string> | undefined;
  #hasEnded: boolean;

  constructor(call: Call, committed: CommittedStream) {
    const { leader, whole, events } = committed;
    this.arrivals = this;
    this.#call = call;
    this.#committed = committed;
    this.#answer = whole ?? leader;
    this.#unread = whole === undefined ? events : undefined;
    this.#hasEnded = false;
  }

  [Symbol.asyncIterator](): AsyncIterator<string, undefined> {
    return iterated(this);
  }

  isReady(wake: () => void): boolean {
    try {
      if (this.#onHangUp === undefined) {
        this.#watch();
      }
      return this.#hasEnded || this.#unread !== undefined || (this.#ending ?? this.#answer).isReady(wake);
    } catch (bug) {
      this.#ending = arrivalOf(Promise.reject(bug));
      return this.#ending.isReady(wake);
    }
  }

  take(): string | undefined {
    if (this.#hasEnded) {
      this.stop();
      return undefined;
    }
    try {
      if (this.#ending !== undefined) {
        this.#hasEnded = true;
        return this.#ending.take();
      }
      const events = this.#unread ?? this.#answer.take();
      this.#unread = undefined;
      return events === undefined ? this.#end() : this.#committed.stream.write(events);
    } catch (bug) {
      // Thrown into the response pipeline, it would take the Lambda runtime and all its other work down.
      this.#hasEnded = true;
      this.#call.gateway.ports.onBug?.(bug);
      return brokenByBug(this.#call, this.#committed.stream);
    }
  }

  stop(): void {
    const { whole } = this.#committed;
    this.#cancelDeadline?.();
    try {
      if (this.#onHangUp !== undefined) {
        this.#call.request.signal.removeEventListener('abort', this.#onHangUp);
      }
      if (whole !== undefined) {
        noteUsage(this.#call, whole);
      }
      this.#answer.abort({ kind: 'aborted', by: 'caller' });
    } catch (bug) {
      this.#call.gateway.ports.onBug?.(bug);
    }
  }

  /** The ending of an answer that has ended, or the beginning of a wait for it. */
  #end(): string {
    const { leader, whole, stream } = this.#committed;
    if (whole !== undefined) {
      noteUsage(this.#call, whole);
    }
    const failure = whole === undefined ? leader.report().failure : whole.failure();
    if (failure === undefined && this.#call.log.last.conversation !== undefined) {
      this.#ending = arrivalOf(keptEnding(this.#call, stream));
      return '';
    }
    this.#hasEnded = true;
    return failure === undefined ? ending(this.#call, stream) : broken(this.#call, stream, failure);
  }

  /** Aborts the answer when its caller hangs up or its deadline passes. */
  #watch(): void {
    const { request, log, gateway } = this.#call;
    const { clock } = gateway.ports;
    const { deadlineMs } = this.#committed;
    const { signal } = request;
    const onHangUp = (): void => this.stop();
    this.#onHangUp = onHangUp;
    this.#cancelDeadline = clock.after(Math.max(0, deadlineMs - clock.nowMs()), () =>
      this.#answer.abort({ kind: 'timed-out', phase: 'deadline', afterMs: deadlineMs - log.startedAtMs }),
    );
    signal.addEventListener('abort', this.#onHangUp);
    if (signal.aborted) {
      this.stop();
    }
  }
}

/** Without the trail, which may be what has the bug. */
function brokenByBug({ log }: Call, stream: AnswerStream): string {
  log.add({ kind: 'ending', ending: 'cut', errorCode: BUG.code ?? BUG.type });
  return stream.broken(BUG);
}

function ending({ log, gateway }: Call, stream: AnswerStream, isLost = false): string {
  log.add({ kind: 'ending', ending: 'complete' });
  return stream.end(trailJson(recordOf(log, gateway.ports.clock.nowMs())), isLost);
}

/** The same of an answer that may be to be kept before. */
async function keptEnding(call: Call, stream: AnswerStream): Promise<string> {
  return ending(call, stream, await isLostAfterKeeping(call, stream.body));
}

/** Told once: the record that the trail is made from serves at the end too. */
function noteUsage({ log }: Call, whole: ContinuableAnswer): void {
  const usage = whole.usage();
  if (usage !== undefined && log.last.usage?.usage !== usage) {
    log.add({ kind: 'usage', usage });
  }
}

function broken({ log, gateway, request }: Call, stream: AnswerStream, failure: AttemptFailure): string {
  const error = streamError(failure);
  const hasLeft = failure.kind === 'aborted' || request.signal.aborted;
  log.add(
    hasLeft
      ? { kind: 'ending', ending: 'hung-up' }
      : { kind: 'ending', ending: 'cut', errorCode: error.code ?? error.type },
  );
  return stream.broken(error, trailJson(recordOf(log, gateway.ports.clock.nowMs())));
}
