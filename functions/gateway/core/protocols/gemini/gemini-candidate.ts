import type { ChatDelta, FinishReason } from '../../model/chat-delta.ts';
import { arrayMember, isJsonObject, type JsonObject, member, objectMember, stringMember } from '../../wire/json.ts';
import { candidateEnding, type Ending } from './gemini-ending.ts';
import { type CallReader, closeCall, newCallReader, readCall } from './gemini-function-call.ts';
import { groundingAnnotations } from './gemini-grounding.ts';
import { openAiLogprobs } from './gemini-logprobs.ts';
import { signatureMembers } from './gemini-signatures.ts';

/** One choice of an answer while it is read. */
export interface Candidate {
  readonly choice: number;
  readonly calls: CallReader;
  /** The pieces of its text without its thoughts, which its sources point into. */
  readonly text: string[];
  /** Whether it has said anything: text, thought, a call, an image, code. */
  hasContent: boolean;
  /** The last ending that it stated: some models say STOP in every chunk. */
  finish: Ending | undefined;
  /** The sources of the answer. Cumulative, so that the last ones stand. */
  grounding: JsonObject | undefined;
}

export function newCandidate(choice: number): Candidate {
  return {
    choice,
    calls: newCallReader(choice),
    text: [],
    hasContent: false,
    finish: undefined,
    grounding: undefined,
  };
}

/** Reads one chunk of a candidate: its parts in order, then its log probabilities. The ending is kept for the end of the answer. */
export function readCandidate(candidate: Candidate, json: unknown, answerId: string | undefined): readonly ChatDelta[] {
  const deltas = arrayMember(member(json, 'content'), 'parts').flatMap((part) => readPart(candidate, part, answerId));
  const logprobs = objectMember(json, 'logprobsResult');
  if (logprobs !== undefined) {
    deltas.push({ type: 'logprobs-delta', choice: candidate.choice, logprobs: openAiLogprobs(logprobs) });
  }
  candidate.grounding = objectMember(json, 'groundingMetadata') ?? candidate.grounding;
  candidate.finish = candidateEnding(json) ?? candidate.finish;
  return deltas;
}

/** Kinds of parts that are not passed on, but show that the model did something. */
const SILENT_PARTS = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse', 'fileData'];

function readPart(candidate: Candidate, part: unknown, answerId: string | undefined): readonly ChatDelta[] {
  if (!isJsonObject(part)) {
    return [];
  }
  const call = objectMember(part, 'functionCall');
  const signature = stringMember(part, 'thoughtSignature') || undefined;
  if (call !== undefined) {
    candidate.hasContent = true;
    return readCall(candidate.calls, call, { answerId, signature });
  }
  const deltas = [...textDeltas(candidate, part), ...imageDeltas(candidate, part)];
  candidate.hasContent ||= deltas.length > 0 || SILENT_PARTS.some((kind) => Object.hasOwn(part, kind));
  if (signature !== undefined) {
    deltas.push({ type: 'extension-delta', choice: candidate.choice, fields: signatureMembers(signature) });
  }
  return deltas;
}

function textDeltas(candidate: Candidate, part: JsonObject): ChatDelta[] {
  const text = stringMember(part, 'text') ?? '';
  if (text === '') {
    return [];
  }
  if (part.thought === true) {
    return [{ type: 'reasoning-delta', choice: candidate.choice, text }];
  }
  candidate.text.push(text);
  return [{ type: 'text-delta', choice: candidate.choice, text }];
}

/** A picture that the model made, in the member `images` that compatible servers use. */
function imageDeltas(candidate: Candidate, part: JsonObject): ChatDelta[] {
  const image = objectMember(part, 'inlineData');
  const data = stringMember(image, 'data');
  if (data === undefined || part.thought === true) {
    return [];
  }
  const url = `data:${stringMember(image, 'mimeType') ?? 'application/octet-stream'};base64,${data}`;
  const fields = { images: [{ type: 'image_url', image_url: { url } }] };
  return [{ type: 'extension-delta', choice: candidate.choice, fields }];
}

/** The last deltas of a candidate that has finished: an open call's arguments, the sources, the finish. */
export function closedCandidate(candidate: Candidate): readonly ChatDelta[] {
  const { choice, calls, finish, grounding } = candidate;
  const annotations = grounding === undefined ? [] : groundingAnnotations(grounding, candidate.text.join(''));
  const deltas = [...closeCall(calls)];
  if (annotations.length > 0) {
    deltas.push({ type: 'extension-delta', choice, fields: { annotations } });
  }
  if (finish !== undefined) {
    deltas.push({
      type: 'choice-finish',
      choice,
      reason: finishReason(finish, calls.count > 0),
      native: finish.native,
    });
  }
  return deltas;
}

/** Gemini has no reason that says "tool calls": a natural ending after a call is one. Any other ending wins over the calls. */
function finishReason(finish: Ending, hasCalls: boolean): FinishReason {
  switch (finish.reason) {
    case 'length':
    case 'content_filter':
      return finish.reason;
    case 'natural':
    case 'broken':
      return hasCalls ? 'tool_calls' : 'stop';
  }
}
