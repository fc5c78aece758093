import { type ContinuableAnswer, continuableAnswer } from '../continuation/continuable-answer.ts';
import type { BegunChat } from '../continuation/continue-chat.ts';
import type { Attempt } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { ChatDelta } from '../model/chat-delta.ts';
import { errorJson, type GatewayError } from '../model/gateway-error.ts';
import { streamError } from '../race/final-error.ts';
import { type ChatChunks, chatChunks } from '../surfaces/openai-chat/chat-chunks.ts';
import type { Call } from './call.ts';
import { latest } from './call-log.ts';
import { deadlineOf } from './head.ts';
import { BUG } from './respond.ts';
import { trailJson } from './trail.ts';

/** A stream past its commit point. */
export interface CommittedStream {
  readonly leader: Attempt<ChatDelta>;
  /** What has been read so far; ends with the first content. */
  readonly deltas: readonly ChatDelta[];
  /** The caller sees one answer by one model, also where another deployment goes on with it: the trail tells. */
  readonly about: { readonly id: string; readonly created: number; readonly model: string };
  /** Whether the caller asked for the usage. */
  readonly includeUsage: boolean;
}

/**
 * The caller's stream after commit: chunks as they come, then the usage where asked, the trail as a comment and `[DONE]`. A stream
 * that breaks, and with which nobody goes on, ends with an error event and without `[DONE]`. Never throws. Aborts the provider when the
 * caller hangs up, when the deadline passes and when the consumer stops early.
 */
export async function* chatStream(
  call: Call,
  begun: BegunChat,
  stream: CommittedStream,
): AsyncGenerator<string, void, void> {
  const answer = continuableAnswer(begun, stream);
  const nextText = textsOf(call, answer, stream);
  const stopWatching = abortInTime(call, begun, answer);
  try {
    for (let text = await nextText(); text !== undefined; text = await nextText()) {
      if (text !== '') {
        yield text;
      }
    }
  } finally {
    stopWatching();
    noteUsage(call, answer);
    withoutThrowing(call, () => answer.abort({ kind: 'aborted', by: 'caller' }));
  }
}

/** The caller's text, piece by piece; `undefined` after its ending. */
function textsOf(
  call: Call,
  answer: ContinuableAnswer,
  { about, includeUsage }: CommittedStream,
): () => Promise<string | undefined> {
  const chunks = chatChunks({ ...about, includeUsage });
  let hasEnded = false;
  return async () => {
    if (hasEnded) {
      return undefined;
    }
    try {
      const deltas = await answer.next();
      hasEnded = deltas === undefined;
      return deltas === undefined ? ending(call, chunks, answer) : chunks.encode(deltas);
    } catch (bug) {
      // Thrown into the response pipeline, it would take the Lambda runtime and all its other work down.
      hasEnded = true;
      call.gateway.ports.onBug?.(bug);
      return brokenByBug(call);
    }
  };
}

/** Without the trail, which may be what has the bug. */
function brokenByBug({ log }: Call): string {
  log.add({ kind: 'ending', ending: 'cut', errorCode: BUG.code ?? BUG.type });
  return errorEvent(BUG);
}

function withoutThrowing({ gateway }: Call, action: () => void): void {
  try {
    action();
  } catch (bug) {
    gateway.ports.onBug?.(bug);
  }
}

function ending(call: Call, chunks: ChatChunks, answer: ContinuableAnswer): string {
  noteUsage(call, answer);
  const failure = answer.failure();
  if (failure !== undefined) {
    return broken(call, failure);
  }
  call.log.add({ kind: 'ending', ending: 'complete' });
  return `${chunks.end()}: nemo ${trailJson(call.record())}\n\ndata: [DONE]\n\n`;
}

/** Told once: the record that the trail is made from serves at the end too. */
function noteUsage({ log }: Call, answer: ContinuableAnswer): void {
  const usage = answer.usage();
  if (usage !== undefined && latest(log, 'usage')?.usage !== usage) {
    log.add({ kind: 'usage', usage });
  }
}

function broken(call: Call, failure: AttemptFailure): string {
  const error = streamError(failure);
  const hasLeft = failure.kind === 'aborted' || call.request.signal.aborted;
  call.log.add(
    hasLeft
      ? { kind: 'ending', ending: 'hung-up' }
      : { kind: 'ending', ending: 'cut', errorCode: error.code ?? error.type },
  );
  return `: nemo ${trailJson(call.record())}\n\n${errorEvent(error)}`;
}

function errorEvent(error: GatewayError): string {
  return `event: error\ndata: ${errorJson(error)}\n\n`;
}

/** Aborts the answer when its caller hangs up or its deadline passes. */
function abortInTime(call: Call, { route }: BegunChat, answer: ContinuableAnswer): () => void {
  const { request, log, gateway } = call;
  const { clock } = gateway.ports;
  const { signal } = request;
  const onHangUp = (): void => withoutThrowing(call, () => answer.abort({ kind: 'aborted', by: 'caller' }));
  const deadlineMs = deadlineOf(request, log.startedAtMs, route.timeouts);
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
