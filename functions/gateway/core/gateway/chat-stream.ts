import { type ChatChunks, chatChunks } from '../chat/chat-chunks.ts';
import type { ChatDelta } from '../chat/chat-delta.ts';
import type { Attempt } from '../failover/attempt.ts';
import type { AttemptFailure } from '../failover/attempt-failure.ts';
import { streamError } from '../failover/final-error.ts';
import { errorJson } from '../http/gateway-error.ts';
import { trailJson } from '../http/trail.ts';
import type { ServedCall } from './chat-call.ts';
import { recordOf } from './chat-progress.ts';
import { deadlineOf } from './deadline.ts';

/** A stream past its commit point. */
export interface CommittedStream {
  readonly leader: Attempt<ChatDelta>;
  /** What has been read so far; ends with the first content. */
  readonly deltas: readonly ChatDelta[];
  readonly about: { readonly id: string; readonly created: number; readonly model: string };
}

/**
 * The caller's stream after commit: chunks as they come, then the usage where asked, the trail as a comment and `[DONE]`. A stream
 * that breaks ends with an error event and without `[DONE]`. Never throws. Aborts the provider when the caller hangs up, when the
 * deadline passes and when the consumer stops early.
 */
export async function* chatStream(served: ServedCall, stream: CommittedStream): AsyncGenerator<string, void, void> {
  const { progress, prepared } = served;
  const includeUsage = prepared.request.stream_options?.include_usage === true;
  const chunks = chatChunks({ ...stream.about, includeUsage });
  const stopWatching = abortWithCaller(served, stream.leader);
  progress.ending = 'hung-up';
  try {
    yield chunks.encode(stream.deltas);
    for (let deltas = await stream.leader.next(); deltas !== undefined; deltas = await stream.leader.next()) {
      const text = chunks.encode(deltas.filter((delta) => delta.type !== 'answer-failed'));
      if (text !== '') {
        yield text;
      }
    }
    yield ending(served, chunks, stream.leader.report().failure);
  } finally {
    stopWatching();
    // Nothing, where the answer has ended by itself.
    stream.leader.abort({ kind: 'aborted', by: 'caller' });
  }
}

function ending({ call, progress }: ServedCall, chunks: ChatChunks, failure: AttemptFailure | undefined): string {
  if (failure === undefined) {
    progress.ending = 'complete';
    return `${chunks.end()}: nemo ${trailJson(recordOf(call, progress))}\n\ndata: [DONE]\n\n`;
  }
  const error = streamError(failure);
  if (failure.kind !== 'aborted') {
    progress.ending = 'cut';
    progress.errorCode = error.code ?? error.type;
  }
  return `: nemo ${trailJson(recordOf(call, progress))}\n\nevent: error\ndata: ${errorJson(error)}\n\n`;
}

function abortWithCaller({ call, prepared }: ServedCall, leader: Attempt<ChatDelta>): () => void {
  const { signal } = call.request;
  const onHangUp = (): void => leader.abort({ kind: 'aborted', by: 'caller' });
  const leftMs = deadlineOf(call, prepared.route.timeouts) - call.clock.nowMs();
  const afterMs = call.clock.nowMs() - call.startedAtMs + leftMs;
  const cancelDeadline = call.clock.after(Math.max(0, leftMs), () =>
    leader.abort({ kind: 'timed-out', phase: 'deadline', afterMs }),
  );
  signal.addEventListener('abort', onHangUp);
  return () => {
    cancelDeadline();
    signal.removeEventListener('abort', onHangUp);
  };
}
