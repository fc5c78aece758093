import { usageSoFar } from '../attempt/spent-usage.ts';
import { chatSeam } from '../continuation/chat-seam.ts';
import { type PlainTranscript, plainTranscript } from '../continuation/plain-transcript.ts';
import type { Attempt } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { ChatDelta } from '../model/chat-delta.ts';
import type { ChatUsage } from '../model/chat-usage.ts';
import { failureVerdict } from '../model/failure-verdict.ts';
import type { ServedCall } from './chat-call.ts';
import { continueChat } from './continue-chat.ts';
import type { GatewayState } from './gateway-state.ts';

/** A streamed answer past its commit point, read on across the breaks that another deployment can mend. */
export interface ContinuableAnswer {
  /** The next deltas for the caller; `undefined` where the answer has ended, well or not, as `failure` says. */
  readonly next: () => Promise<readonly ChatDelta[] | undefined>;
  /** Why it broke off for good. */
  readonly failure: () => AttemptFailure | undefined;
  /** Stops whoever is answering. Nothing, where the answer has ended by itself. */
  readonly abort: (failure: AttemptFailure) => void;
}

/** One deployment's part of the answer. */
interface Leg {
  readonly leader: Attempt<ChatDelta>;
  /** Read, but not yet handed on. */
  unread: readonly ChatDelta[] | undefined;
  readonly convert: (deltas: readonly ChatDelta[]) => readonly ChatDelta[];
}

interface Reading {
  readonly state: GatewayState;
  readonly served: ServedCall;
  readonly transcript: PlainTranscript;
  readonly first: Attempt<ChatDelta>;
  leg: Leg;
  /** Answer tokens of the legs that have broken off. */
  brokenTokens: number;
}

/** `deltas`: what has been read of the leader's answer so far. */
export function continuableAnswer(
  state: GatewayState,
  served: ServedCall,
  { leader, deltas }: { readonly leader: Attempt<ChatDelta>; readonly deltas: readonly ChatDelta[] },
): ContinuableAnswer {
  const reading: Reading = {
    state,
    served,
    transcript: plainTranscript(served.prepared.request),
    first: leader,
    leg: { leader, unread: deltas, convert: (all) => all },
    brokenTokens: 0,
  };
  return {
    next: () => next(reading),
    failure: () => reading.leg.leader.report().failure,
    abort: (failure) => reading.leg.leader.abort(failure),
  };
}

async function next(reading: Reading): Promise<readonly ChatDelta[] | undefined> {
  const { served, transcript } = reading;
  do {
    const { leg } = reading;
    const deltas = leg.unread ?? (await leg.leader.next());
    leg.unread = undefined;
    if (deltas !== undefined) {
      const converted = leg.convert(deltas);
      if (served.prepared.route.onStreamCut === 'continue') {
        transcript.add(converted);
      }
      return converted;
    }
  } while (await goesOn(reading));
  return undefined;
}

/** Whether another deployment has taken over. Where none does, the answer ends with the failure of the one that broke off. */
async function goesOn(reading: Reading): Promise<boolean> {
  const { state, served, leg, first } = reading;
  const report = leg.leader.report();
  const text = reading.transcript.text();
  if (served.prepared.route.onStreamCut !== 'continue' || text === undefined || !isMendable(report.failure)) {
    return false;
  }
  const { completion_tokens: tokens } = usageSoFar(report, served.prepared.facts.promptTokens);
  const brokenTokens = reading.brokenTokens + tokens;
  const seam = chatSeam(text);
  const continuation = await continueChat(state, served, { prefix: seam.prefix, tokens: brokenTokens });
  if (continuation === undefined) {
    return false;
  }
  const before = { promptTokens: first.report().usage?.prompt_tokens, answerTokens: brokenTokens };
  reading.brokenTokens = brokenTokens;
  reading.leg = {
    leader: continuation.leader,
    unread: continuation.deltas,
    convert: (deltas) => seam.join(deltas.flatMap((delta) => asContinued(delta, before, served))),
  };
  return true;
}

/** What would have sent the request to the next candidate before commit, but for the deadline and a caller who has left: nobody waits. */
function isMendable(failure: AttemptFailure | undefined): boolean {
  if (failure === undefined || failureVerdict(failure).next !== 'next-candidate') {
    return false;
  }
  return failure.kind !== 'aborted' && (failure.kind !== 'timed-out' || failure.phase !== 'deadline');
}

/** What the legs before have used. `promptTokens`: as the first deployment told, if it did. */
interface UsedBefore {
  readonly promptTokens: number | undefined;
  readonly answerTokens: number;
}

/** The caller sees one answer: the first deployment's members stand, and the usage is of the whole. */
function asContinued(delta: ChatDelta, before: UsedBefore, { progress }: ServedCall): readonly ChatDelta[] {
  if (delta.type === 'answer-info') {
    return [];
  }
  if (delta.type !== 'usage-update') {
    return [delta];
  }
  progress.usage = wholeUsage(before, delta.usage);
  return [{ type: 'usage-update', usage: progress.usage }];
}

/**
 * The usage of an answer that several deployments gave. The answer's tokens are those of all; the prompt's count once, although each
 * deployment has read it: as the first told, else as the last told, less the text so far, which was part of what that one read.
 */
function wholeUsage(before: UsedBefore, { prompt_tokens_details: _, ...last }: ChatUsage): ChatUsage {
  const prompt = before.promptTokens ?? Math.max(0, last.prompt_tokens - before.answerTokens);
  const completion = before.answerTokens + last.completion_tokens;
  return { ...last, prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
