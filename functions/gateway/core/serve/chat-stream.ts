import { type ContinuableAnswer, continuableAnswer } from '../continuation/continuable-answer.ts';
import type { BegunChat } from '../continuation/continue-chat.ts';
import type { AnswerEvent } from '../model/answer-event.ts';
import { type Arrivals, arrivalOf, iterated, type StoppableArrivals } from '../model/arrivals.ts';
import type { Attempt } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import { streamError } from '../race/final-error.ts';
import type { AnswerIdentity, AnswerStream } from '../surfaces/surface.ts';
import type { Call } from './call.ts';
import { streamDeadlineOf } from './head.ts';
import { isLostAfterKeeping } from './keep-answer.ts';
import type { StreamedBody } from './ports.ts';
import { BUG } from './respond.ts';
import { trailJson } from './trail.ts';

/** A stream past its commit point. */
export interface CommittedStream {
  readonly leader: Attempt<AnswerEvent>;
  /** What has been read so far; ends with the first content. */
  readonly events: readonly AnswerEvent[];
  /** The caller sees one answer by one model, also where another deployment goes on with it: the trail tells. */
  readonly about: AnswerIdentity;
}

/**
 * The caller's stream after commit: the surface's events as they come, its ending and the trail. A stream
 * that breaks, and with which nobody goes on, ends with an error and unlike a finished one. Never throws. Aborts the provider when the
 * caller hangs up, when the deadline passes and when the consumer stops early.
 */
export function chatStream(call: Call, begun: BegunChat, stream: CommittedStream): StreamedBody {
  const arrivals = new CallersStream(call, begun, stream);
  return { arrivals, [Symbol.asyncIterator]: () => iterated(arrivals) };
}

/** The caller's text, piece by piece, up to its ending. */
class CallersStream implements StoppableArrivals<string> {
  readonly #call: Call;
  readonly #begun: BegunChat;
  readonly #answer: ContinuableAnswer;
  readonly #stream: AnswerStream;
  #stopWatching: (() => void) | undefined;
  /** Set when the answer has ended: its ending may take a while to be written. */
  #ending: Arrivals<string> | undefined;
  #hasEnded = false;

  constructor(call: Call, begun: BegunChat, stream: CommittedStream) {
    this.#call = call;
    this.#begun = begun;
    this.#answer =
      begun.route.onStreamCut === 'continue' ? continuableAnswer(begun, stream) : oneDeploymentsAnswer(stream);
    this.#stream = call.surface.stream(stream.about);
  }

  isReady(wake: () => void): boolean {
    try {
      this.#stopWatching ??= abortInTime(this.#call, this.#begun, this.#answer);
      return this.#hasEnded || (this.#ending ?? this.#answer).isReady(wake);
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
      return this.#ending === undefined ? this.#takePiece() : this.#takeEnding(this.#ending);
    } catch (bug) {
      // Thrown into the response pipeline, it would take the Lambda runtime and all its other work down.
      this.#hasEnded = true;
      this.#call.gateway.ports.onBug?.(bug);
      return brokenByBug(this.#call, this.#stream);
    }
  }

  stop(): void {
    this.#stopWatching?.();
    noteUsage(this.#call, this.#answer);
    withoutThrowing(this.#call, () => this.#answer.abort({ kind: 'aborted', by: 'caller' }));
  }

  #takePiece(): string {
    const events = this.#answer.take();
    if (events !== undefined) {
      return this.#stream.write(events);
    }
    this.#ending = arrivalOf(ending(this.#call, this.#stream, this.#answer));
    return '';
  }

  #takeEnding(arrived: Arrivals<string>): string | undefined {
    this.#hasEnded = true;
    return arrived.take();
  }
}

/** The answer of a route whose cut streams end: nothing of it is remembered. */
function oneDeploymentsAnswer({ leader, events }: CommittedStream): ContinuableAnswer {
  let unread: readonly AnswerEvent[] | undefined = events;
  return {
    isReady: (wake) => unread !== undefined || leader.isReady(wake),
    take: () => {
      const read = unread;
      unread = undefined;
      return read ?? leader.take();
    },
    usage: () => undefined,
    failure: () => leader.report().failure,
    abort: (failure) => leader.abort(failure),
  };
}

/** Without the trail, which may be what has the bug. */
function brokenByBug({ log }: Call, stream: AnswerStream): string {
  log.add({ kind: 'ending', ending: 'cut', errorCode: BUG.code ?? BUG.type });
  return stream.broken(BUG);
}

function withoutThrowing({ gateway }: Call, action: () => void): void {
  try {
    action();
  } catch (bug) {
    gateway.ports.onBug?.(bug);
  }
}

async function ending(call: Call, stream: AnswerStream, answer: ContinuableAnswer): Promise<string> {
  noteUsage(call, answer);
  const failure = answer.failure();
  if (failure !== undefined) {
    return broken(call, stream, failure);
  }
  const isLost = call.log.last.conversation !== undefined && (await isLostAfterKeeping(call, stream.body));
  call.log.add({ kind: 'ending', ending: 'complete' });
  return stream.end(trailJson(call.record()), isLost);
}

/** Told once: the record that the trail is made from serves at the end too. */
function noteUsage({ log }: Call, answer: ContinuableAnswer): void {
  const usage = answer.usage();
  if (usage !== undefined && log.last.usage?.usage !== usage) {
    log.add({ kind: 'usage', usage });
  }
}

function broken(call: Call, stream: AnswerStream, failure: AttemptFailure): string {
  const error = streamError(failure);
  const hasLeft = failure.kind === 'aborted' || call.request.signal.aborted;
  call.log.add(
    hasLeft
      ? { kind: 'ending', ending: 'hung-up' }
      : { kind: 'ending', ending: 'cut', errorCode: error.code ?? error.type },
  );
  return stream.broken(error, trailJson(call.record()));
}

/** Aborts the answer when its caller hangs up or its deadline passes. */
function abortInTime(call: Call, { route }: BegunChat, answer: ContinuableAnswer): () => void {
  const { request, log, gateway } = call;
  const { clock } = gateway.ports;
  const { signal } = request;
  const onHangUp = (): void => withoutThrowing(call, () => answer.abort({ kind: 'aborted', by: 'caller' }));
  const deadlineMs = streamDeadlineOf(request, log.startedAtMs, route.timeouts);
  const cancelDeadline = clock.after(Math.max(0, deadlineMs - clock.nowMs()), () =>
    answer.abort({ kind: 'timed-out', phase: 'deadline', afterMs: deadlineMs - log.startedAtMs }),
  );
  signal.addEventListener('abort', onHangUp);
  if (signal.aborted) {
    onHangUp();
  }
  return () => {
    cancelDeadline();
    signal.removeEventListener('abort', onHangUp);
  };
}
