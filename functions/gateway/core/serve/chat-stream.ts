import { type ContinuableAnswer, continuableAnswer } from '../continuation/continuable-answer.ts';
import type { BegunChat } from '../continuation/continue-chat.ts';
import type { AnswerEvent } from '../model/answer-event.ts';
import type { Attempt } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import { streamError } from '../race/final-error.ts';
import type { AnswerIdentity, AnswerStream } from '../surfaces/surface.ts';
import type { Call } from './call.ts';
import { latest } from './call-log.ts';
import { streamDeadlineOf } from './head.ts';
import { isLostAfterKeeping } from './keep-answer.ts';
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
 * caller hangs up, when the deadline passes and when the consumer stops early. An iterator by hand: one of a generator's takes several
 * promises more for each piece.
 */
export function chatStream(call: Call, begun: BegunChat, stream: CommittedStream): AsyncIterable<string> {
  const answer = continuableAnswer(begun, stream);
  const nextText = textsOf(call, answer, call.surface.stream(stream.about));
  let stopWatching: (() => void) | undefined;
  const end = (): IteratorResult<string, undefined> => {
    stopWatching?.();
    noteUsage(call, answer);
    withoutThrowing(call, () => answer.abort({ kind: 'aborted', by: 'caller' }));
    return { done: true, value: undefined };
  };
  const iterator: AsyncIterator<string, undefined> = {
    next: async () => {
      stopWatching ??= abortInTime(call, begun, answer);
      const text = await nextText();
      return text === undefined ? end() : { done: false, value: text };
    },
    return: async () => end(),
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** The caller's text, piece by piece, none of them empty; `undefined` after its ending. */
function textsOf(call: Call, answer: ContinuableAnswer, stream: AnswerStream): () => Promise<string | undefined> {
  let hasEnded = false;
  return async () => {
    let text = '';
    try {
      while (text === '' && !hasEnded) {
        const events = await answer.next();
        hasEnded = events === undefined;
        text = events === undefined ? await ending(call, stream, answer) : stream.write(events);
      }
    } catch (bug) {
      // Thrown into the response pipeline, it would take the Lambda runtime and all its other work down.
      hasEnded = true;
      call.gateway.ports.onBug?.(bug);
      return brokenByBug(call, stream);
    }
    return text === '' ? undefined : text;
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
  const isLost = await isLostAfterKeeping(call, stream.body);
  call.log.add({ kind: 'ending', ending: 'complete' });
  return stream.end(trailJson(call.record()), isLost);
}

/** Told once: the record that the trail is made from serves at the end too. */
function noteUsage({ log }: Call, answer: ContinuableAnswer): void {
  const usage = answer.usage();
  if (usage !== undefined && latest(log, 'usage')?.usage !== usage) {
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
