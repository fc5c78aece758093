import { type ChatChunks, chatChunks } from '../chat/chat-chunks.ts';
import type { ChatDelta } from '../chat/chat-delta.ts';
import type { Attempt } from '../failover/attempt.ts';
import type { AttemptFailure } from '../failover/attempt-failure.ts';
import { streamError } from '../failover/final-error.ts';
import { errorJson, type GatewayError } from '../http/gateway-error.ts';
import { trailJson } from '../http/trail.ts';
import { BUG } from './bug-answer.ts';
import type { ServedCall } from './chat-call.ts';
import { recordOf } from './chat-progress.ts';
import { type ContinuableAnswer, continuableAnswer } from './continuable-answer.ts';
import { streamDeadlineOf } from './deadline.ts';
import type { GatewayState } from './gateway-state.ts';

/** A stream past its commit point. */
export interface CommittedStream {
  readonly leader: Attempt<ChatDelta>;
  /** What has been read so far; ends with the first content. */
  readonly deltas: readonly ChatDelta[];
  /** The caller sees one answer by one model, also where another deployment goes on with it: the trail tells. */
  readonly about: { readonly id: string; readonly created: number; readonly model: string };
}

/**
 * The caller's stream after commit: chunks as they come, then the usage where asked, the trail as a comment and `[DONE]`. A stream
 * that breaks, and with which nobody goes on, ends with an error event and without `[DONE]`. Never throws. Aborts the provider when the
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
  const includeUsage = served.prepared.request.stream_options?.include_usage === true;
  const chunks = chatChunks({ ...about, includeUsage });
  let hasEnded = false;
  return async () => {
    if (hasEnded) {
      return undefined;
    }
    try {
      const deltas = await answer.next();
      hasEnded = deltas === undefined;
      return deltas === undefined ? ending(served, chunks, answer.failure()) : chunks.encode(deltas);
    } catch (bug) {
      // Thrown into the response pipeline, it would take the Lambda runtime and all its other work down.
      hasEnded = true;
      state.ports.onBug?.(bug);
      return brokenByBug(served);
    }
  };
}

/** Without the trail, which may be what has the bug. */
function brokenByBug({ progress }: ServedCall): string {
  progress.ending = 'cut';
  progress.errorCode = BUG.code ?? BUG.type;
  return errorEvent(BUG);
}

function withoutThrowing({ ports }: GatewayState, action: () => void): void {
  try {
    action();
  } catch (bug) {
    ports.onBug?.(bug);
  }
}

function ending(served: ServedCall, chunks: ChatChunks, failure: AttemptFailure | undefined): string {
  const { call, progress } = served;
  if (failure !== undefined) {
    const hasLeft = failure.kind === 'aborted' || call.request.signal.aborted;
    return broken(served, streamError(failure), hasLeft ? 'hung-up' : 'cut');
  }
  progress.ending = 'complete';
  return `${chunks.end()}: nemo ${trailJson(recordOf(call, progress))}\n\ndata: [DONE]\n\n`;
}

function broken({ call, progress }: ServedCall, error: GatewayError, as: 'cut' | 'hung-up' = 'cut'): string {
  progress.ending = as;
  if (as === 'cut') {
    progress.errorCode = error.code ?? error.type;
  }
  return `: nemo ${trailJson(recordOf(call, progress))}\n\n${errorEvent(error)}`;
}

function errorEvent(error: GatewayError): string {
  return `event: error\ndata: ${errorJson(error)}\n\n`;
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
