import type { AnswerEvent } from '../../model/answer-event.ts';
import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { defined } from '../../model/defined.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  numberMember,
  objectMember,
  parseJson,
  stringMember,
} from '../../wire/json.ts';
import type { WireEvent } from '../../wire/wire-event.ts';
import type { AnswerDecoder } from '../protocol.ts';
import { type Candidate, closedCandidate, newCandidate, readCandidate } from './gemini-candidate.ts';
import { blockedFailure, brokenFailure } from './gemini-ending.ts';
import { geminiErrorFailure } from './gemini-failure.ts';
import { geminiUsage } from './gemini-usage.ts';

/**
 * Reads one generateContent response: server-sent events, a JSON array of chunks, or one JSON object. Gemini has no terminal event and
 * some models repeat `finishReason` in every chunk, so an answer ends where its bytes end, and is whole if every candidate has
 * finished by then. That is why `isComplete` never says so sooner.
 */
export function geminiDecoder(): AnswerDecoder {
  const answer = newAnswer();
  return {
    event: (event) => readEvent(answer, event),
    body: (json) => [...readChunks(answer, json), ...endAnswer(answer)],
    end: () => endAnswer(answer),
    isComplete: () => false,
  };
}

interface Answer {
  readonly candidates: Map<number, Candidate>;
  /** The vendor's id of the answer: what makes minted call ids differ from one answer to the next. */
  id: string | undefined;
  /** Whether the model's version has been passed on. */
  isIntroduced: boolean;
  /** Whether the usage counts tokens of the answer. */
  hasTokens: boolean;
  failed: boolean;
  /** Whether something came that is not Gemini's. */
  unreadable: boolean;
}

function newAnswer(): Answer {
  return {
    candidates: new Map(),
    id: undefined,
    isIntroduced: false,
    hasTokens: false,
    failed: false,
    unreadable: false,
  };
}

function readEvent(answer: Answer, event: WireEvent): readonly AnswerEvent[] {
  if (event.kind !== 'event') {
    return fail(answer, { kind: 'malformed', reason: `stream ${event.kind} ${event.name}` });
  }
  return event.data === '[DONE]' ? [] : readChunks(answer, parseJson(event.data));
}

function readChunks(answer: Answer, json: unknown): readonly AnswerEvent[] {
  return Array.isArray(json) ? json.flatMap((chunk) => readChunk(answer, chunk)) : readChunk(answer, json);
}

function readChunk(answer: Answer, chunk: unknown): readonly AnswerEvent[] {
  if (answer.failed) {
    return [];
  }
  if (!isJsonObject(chunk)) {
    answer.unreadable = true;
    return [];
  }
  const error = member(chunk, 'error');
  if (error !== undefined && error !== null) {
    return fail(answer, geminiErrorFailure(error));
  }
  const about = readAbout(answer, chunk);
  const content = arrayMember(chunk, 'candidates').flatMap((candidate, position) =>
    readCandidate(candidateOf(answer, candidate, position), candidate, answer.id),
  );
  return [...about, ...content, ...readUsage(answer, chunk), ...readTrouble(answer, chunk)];
}

/** The model's version, once, with the service tier that Google names beside the usage. */
function readAbout(answer: Answer, chunk: JsonObject): readonly AnswerEvent[] {
  answer.id ??= stringMember(chunk, 'responseId') ?? stringMember(chunk, 'createTime');
  const version = stringMember(chunk, 'modelVersion');
  if (answer.isIntroduced || version === undefined) {
    return [];
  }
  answer.isIntroduced = true;
  const tier = stringMember(objectMember(chunk, 'usageMetadata'), 'serviceTier');
  return [{ type: 'about', ...defined({ id: answer.id, version, serviceTier: tier && openAiTier(tier) }) }];
}

function openAiTier(tier: string): string {
  return tier === 'standard' ? 'default' : tier;
}

/** The most answers to one call that OpenAI knows. */
const MAX_CHOICES = 128;

/** Google leaves the index out where it is 0. */
function candidateOf(answer: Answer, candidate: unknown, position: number): Candidate {
  const stated = numberMember(candidate, 'index') ?? position;
  const index = Number.isInteger(stated) && stated >= 0 && stated < MAX_CHOICES ? stated : position;
  const known = answer.candidates.get(index);
  if (known !== undefined) {
    return known;
  }
  const created = newCandidate(index);
  answer.candidates.set(index, created);
  return created;
}

function readUsage(answer: Answer, chunk: JsonObject): readonly AnswerEvent[] {
  const metadata = objectMember(chunk, 'usageMetadata');
  answer.hasTokens ||= (numberMember(metadata, 'candidatesTokenCount') ?? 0) > 0;
  const usage = metadata && geminiUsage(metadata);
  return usage === undefined ? [] : [{ type: 'usage', usage }];
}

/** What ends the answer at once: a prompt that is refused, or an answer that the vendor calls broken. */
function readTrouble(answer: Answer, chunk: JsonObject): readonly AnswerEvent[] {
  const candidates = [...answer.candidates.values()];
  const broken = candidates.find((candidate) => candidate.finish?.reason === 'broken');
  if (broken?.finish !== undefined) {
    return fail(answer, brokenFailure(broken.finish));
  }
  const blocked =
    arrayMember(chunk, 'candidates').length === 0 && blockedFailure(objectMember(chunk, 'promptFeedback'));
  if (!blocked) {
    return [];
  }
  if (!candidates.some((candidate) => candidate.hasContent)) {
    return fail(answer, blocked);
  }
  for (const candidate of candidates) {
    candidate.finish ??= { native: blocked.vendor.type ?? 'SAFETY', reason: 'filtered', message: undefined };
  }
  return [];
}

function endAnswer(answer: Answer): readonly AnswerEvent[] {
  if (answer.failed) {
    return [];
  }
  const candidates = [...answer.candidates.values()].sort((one, other) => one.choice - other.choice);
  const endings = candidates.flatMap((candidate) => candidate.finish ?? []);
  const [first] = endings;
  if (first === undefined || endings.length < candidates.length) {
    const isForeign = answer.unreadable && candidates.length === 0;
    return fail(answer, isForeign ? { kind: 'malformed', reason: 'not a Gemini answer' } : { kind: 'truncated' });
  }
  if (!answer.hasTokens && candidates.every(isEmpty)) {
    return fail(answer, brokenFailure({ ...first, message: first.message ?? 'The model answered with nothing.' }));
  }
  return candidates.flatMap(closedCandidate);
}

/** Gemini at times says STOP, or a reason that nobody knows, having said nothing else. To the caller that would be a silent success. */
function isEmpty(candidate: Candidate): boolean {
  const reason = candidate.finish?.reason;
  return !candidate.hasContent && (reason === 'natural' || reason === 'unclear');
}

function fail(answer: Answer, failure: AttemptFailure): readonly AnswerEvent[] {
  answer.failed = true;
  return [{ type: 'failed', failure }];
}
