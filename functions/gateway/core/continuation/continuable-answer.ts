import { usageSoFar } from '../attempt/spent-usage.ts';
import type { AnswerEvent } from '../model/answer-event.ts';
import { type Arrivals, arrivalOf } from '../model/arrivals.ts';
import type { Attempt } from '../model/attempt.ts';
import { type AttemptFailure, failureVerdict } from '../model/attempt-failure.ts';
import { defined } from '../model/defined.ts';
import type { Usage } from '../model/usage.ts';
import { chatSeam } from './chat-seam.ts';
import { type BegunChat, continueChat } from './continue-chat.ts';
import { type PlainTranscript, plainTranscript } from './plain-transcript.ts';

/**
 * A streamed answer past its commit point, read on across the breaks that another deployment can mend: the events for the caller, perhaps
 * none, up to the end of the answer, which `failure` tells more of.
 */
export interface ContinuableAnswer extends Arrivals<readonly AnswerEvent[]> {
  /** The usage of an answer that several deployments gave; `undefined` for one deployment's, which tells it itself. */
  readonly usage: () => Usage | undefined;
  /** Why it broke off for good. */
  readonly failure: () => AttemptFailure | undefined;
  /** Stops whoever is answering. Nothing, where the answer has ended by itself. */
  readonly abort: (failure: AttemptFailure) => void;
}

/** One deployment's part of the answer. */
interface Leg {
  readonly leader: Attempt<AnswerEvent>;
  /** Read, but not yet handed on. */
  unread: readonly AnswerEvent[] | undefined;
  readonly convert: (events: readonly AnswerEvent[]) => readonly AnswerEvent[];
}

interface Reading {
  readonly begun: BegunChat;
  readonly transcript: PlainTranscript;
  readonly first: Attempt<AnswerEvent>;
  leg: Leg;
  /** Set while another deployment is sought: whether one has taken over. */
  mending?: Arrivals<boolean> | undefined;
  hasEnded: boolean;
  /** Answer tokens of the legs that have broken off. */
  brokenTokens: number;
  /** Of all legs together, once there are several. */
  usage?: Usage;
}

/** The answer that `leader` has begun, with which another may go on. `events`: what has been read of it so far. */
export function continuableAnswer(
  begun: BegunChat,
  { leader, events }: { readonly leader: Attempt<AnswerEvent>; readonly events: readonly AnswerEvent[] },
): ContinuableAnswer {
  const reading: Reading = {
    begun,
    transcript: plainTranscript(begun.prompt),
    first: leader,
    leg: { leader, unread: events, convert: (all) => all },
    hasEnded: false,
    brokenTokens: 0,
  };
  return {
    isReady: (wake) => isReady(reading, wake),
    take: () => take(reading),
    usage: () => reading.usage,
    failure: () => reading.leg.leader.report().failure,
    abort: (failure) => reading.leg.leader.abort(failure),
  };
}

function isReady({ leg, mending, hasEnded }: Reading, wake: () => void): boolean {
  return (
    hasEnded || (mending === undefined ? leg.unread !== undefined || leg.leader.isReady(wake) : mending.isReady(wake))
  );
}

function take(reading: Reading): readonly AnswerEvent[] | undefined {
  if (reading.hasEnded) {
    return undefined;
  }
  return reading.mending === undefined ? takeFromLeg(reading) : takeMending(reading);
}

function takeFromLeg(reading: Reading): readonly AnswerEvent[] | undefined {
  const { leg, transcript } = reading;
  const events = leg.unread ?? leg.leader.take();
  leg.unread = undefined;
  if (events !== undefined) {
    const converted = leg.convert(events);
    transcript.add(converted);
    return converted;
  }
  const text = isMendable(leg.leader.report().failure) ? transcript.text() : undefined;
  if (text === undefined) {
    reading.hasEnded = true;
    return undefined;
  }
  reading.mending = arrivalOf(goesOn(reading, text));
  return [];
}

function takeMending(reading: Reading): readonly AnswerEvent[] | undefined {
  const { mending } = reading;
  reading.mending = undefined;
  reading.hasEnded = mending?.take() !== true;
  return reading.hasEnded ? undefined : [];
}

/** Whether another deployment has taken over after `text`. Where none does, the answer ends with the failure of the one that broke off. */
async function goesOn(reading: Reading, text: string): Promise<boolean> {
  const { begun, leg, first } = reading;
  const { output: tokens } = usageSoFar(leg.leader.report(), begun.promptTokens);
  const brokenTokens = reading.brokenTokens + tokens;
  const seam = chatSeam(text, reading.transcript.last());
  const continuation = await continueChat(begun, { text: seam.prefix, tokens: brokenTokens });
  if (continuation === undefined) {
    return false;
  }
  const before = { promptTokens: first.report().usage?.input, answerTokens: brokenTokens };
  reading.brokenTokens = brokenTokens;
  reading.leg = {
    leader: continuation.leader,
    unread: continuation.events,
    convert: (events) => seam.join(events.flatMap((event) => asContinued(reading, event, before))),
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

/** The caller sees one answer: what the first deployment says of it stands, and the usage is of the whole. */
function asContinued(reading: Reading, event: AnswerEvent, before: UsedBefore): readonly AnswerEvent[] {
  if (event.type === 'about') {
    return [];
  }
  if (event.type !== 'usage') {
    return [event];
  }
  reading.usage = wholeUsage(before, event.usage);
  return [{ type: 'usage', usage: reading.usage }];
}

/**
 * The usage of an answer that several deployments gave. The answer's tokens are those of all; the prompt's count once, although each
 * deployment has read it: as the first told, else as the last told, less the text so far, which was part of what that one read.
 */
function wholeUsage(before: UsedBefore, { input, output, reasoning }: Usage): Usage {
  return {
    input: before.promptTokens ?? Math.max(0, input - before.answerTokens),
    output: before.answerTokens + output,
    ...defined({ reasoning }),
  };
}
