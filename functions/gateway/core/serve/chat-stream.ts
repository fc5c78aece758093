import type { AnswerEvent } from '../model/answer-event.ts';
import type { Attempt } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { GatewayError } from '../model/gateway-error.ts';
import { streamError } from '../race/final-error.ts';
import type { AnswerIdentity, AnswerStream } from '../surfaces/surface.ts';
import { BUG } from './bug-answer.ts';
import type { ServedCall } from './chat-call.ts';
import { recordOf } from './chat-progress.ts';
import { type ContinuableAnswer, continuableAnswer } from './continuable-answer.ts';
import { streamDeadlineOf } from './deadline.ts';
import type { GatewayState } from './gateway-state.ts';
import { isLostAfterKeeping } from './keep-answer.ts';
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
export async function* chatStream(
  state: GatewayState,
  served: ServedCall,
  stream: CommittedStream,
): AsyncGenerator<string, void, void> {
  const answer = continuableAnswer(state, served, stream);
  const nextText = textsOf(state, served, { ...stream, answer });
  const stopWatching = abortInTime(state, served, answer);
  try {
    for (let text = await nextText(); text !== undefined; text = await nextText()) {
      if (text !== '') {
        yield text;
      }
    }
  } finally {
    stopWatching();
    withoutThrowing(state, () => answer.abort({ kind: 'aborted', by: 'caller' }));
  }
}

/** The caller's text, piece by piece; `undefined` after its ending. */
function textsOf(
  state: GatewayState,
  served: ServedCall,
  { about, answer }: CommittedStream & { readonly answer: ContinuableAnswer },
): () => Promise<string | undefined> {
  const stream = served.call.surface.stream(about);
  let hasEnded = false;
  return async () => {
    if (hasEnded) {
      return undefined;
    }
    try {
      const events = await answer.next();
      hasEnded = events === undefined;
      return events === undefined
        ? await ending(state, served, { stream, failure: answer.failure() })
        : stream.write(events);
    } catch (bug) {
      // Thrown into the response pipeline, it would take the Lambda runtime and all its other work down.
      hasEnded = true;
      state.ports.onBug?.(bug);
      return brokenByBug(served, stream);
    }
  };
}

/** Without the trail, which may be what has the bug. */
function brokenByBug({ progress }: ServedCall, stream: AnswerStream): string {
  progress.ending = 'cut';
  progress.errorCode = BUG.code ?? BUG.type;
  return stream.broken(BUG);
}

function withoutThrowing({ ports }: GatewayState, action: () => void): void {
  try {
    action();
  } catch (bug) {
    ports.onBug?.(bug);
  }
}

async function ending(
  state: GatewayState,
  served: ServedCall,
  { stream, failure }: { readonly stream: AnswerStream; readonly failure: AttemptFailure | undefined },
): Promise<string> {
  const { call, progress } = served;
  if (failure !== undefined) {
    const hasLeft = failure.kind === 'aborted' || call.request.signal.aborted;
    return stream.broken(...broken(served, streamError(failure), hasLeft ? 'hung-up' : 'cut'));
  }
  const isLost = await isLostAfterKeeping(state, served, stream.body);
  progress.ending = 'complete';
  return stream.end(trailJson(recordOf(call, progress)), isLost);
}

function broken(
  { call, progress }: ServedCall,
  error: GatewayError,
  as: 'cut' | 'hung-up',
): readonly [error: GatewayError, trail: string] {
  progress.ending = as;
  if (as === 'cut') {
    progress.errorCode = error.code ?? error.type;
  }
  return [error, trailJson(recordOf(call, progress))];
}

/** Aborts the answer when its caller hangs up or its deadline passes. */
function abortInTime(state: GatewayState, { call, prepared }: ServedCall, answer: ContinuableAnswer): () => void {
  const { signal } = call.request;
  const onHangUp = (): void => withoutThrowing(state, () => answer.abort({ kind: 'aborted', by: 'caller' }));
  const deadlineMs = streamDeadlineOf(call, prepared.route.timeouts);
  const cancelDeadline = call.clock.after(Math.max(0, deadlineMs - call.clock.nowMs()), () =>
    answer.abort({ kind: 'timed-out', phase: 'deadline', afterMs: deadlineMs - call.startedAtMs }),
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
