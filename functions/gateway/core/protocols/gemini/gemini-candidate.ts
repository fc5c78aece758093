import type { AnswerEvent, FinishReason } from '../../model/answer-event.ts';
import { arrayMember, isJsonObject, type JsonObject, member, objectMember, stringMember } from '../../wire/json.ts';
import { type AnswerParts, answerParts } from '../answer-parts.ts';
import { STRUCTURED_ANSWER_TOOL } from '../structured-answer.ts';
import { candidateEnding, type Ending } from './gemini-ending.ts';
import { type CallReader, closeCall, newCallReader, readCall } from './gemini-function-call.ts';
import { groundingCitations } from './gemini-grounding.ts';
import { openAiLogprobs } from './gemini-logprobs.ts';
import { jsonText } from './gemini-partial-arguments.ts';
import { signatureOf } from './gemini-signatures.ts';

/** One choice of an answer while it is read. */
export interface Candidate {
  readonly choice: number;
  readonly parts: AnswerParts;
  readonly calls: CallReader;
  /** The pieces of its text without its thoughts, which its sources point into. */
  readonly text: string[];
  /** Whether it has said anything: text, thought, a call, an image, code. */
  hasContent: boolean;
  /** Whether the call that carries a JSON answer has come. */
  hasAnswer: boolean;
  /** The last ending that it stated: some models say STOP in every chunk. */
  finish: Ending | undefined;
  /** The sources of the answer. Cumulative, so that the last ones stand. */
  grounding: JsonObject | undefined;
}

/** A choice of which nothing has been read. */
export function newCandidate(choice: number): Candidate {
  const parts = answerParts(choice);
  return {
    choice,
    parts,
    calls: newCallReader(choice, parts),
    text: [],
    hasContent: false,
    hasAnswer: false,
    finish: undefined,
    grounding: undefined,
  };
}

/** Reads one chunk of a candidate: its parts in order, then its log probabilities. The ending is kept for the end of the answer. */
export function readCandidate(
  candidate: Candidate,
  json: unknown,
  answerId: string | undefined,
): readonly AnswerEvent[] {
  const content = arrayMember(member(json, 'content'), 'parts').flatMap((part) => readPart(candidate, part, answerId));
  const logprobs = objectMember(json, 'logprobsResult');
  candidate.grounding = objectMember(json, 'groundingMetadata') ?? candidate.grounding;
  candidate.finish = candidateEnding(json) ?? candidate.finish;
  return logprobs === undefined
    ? content
    : [...content, { type: 'logprobs', choice: candidate.choice, logprobs: openAiLogprobs(logprobs) }];
}

/** Kinds of parts that are not passed on, but show that the model did something. */
const SILENT_PARTS = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse', 'fileData'];

function readPart(candidate: Candidate, part: unknown, answerId: string | undefined): readonly AnswerEvent[] {
  if (!isJsonObject(part)) {
    return [];
  }
  const call = objectMember(part, 'functionCall');
  const signature = signatureOf(part);
  if (call?.name === STRUCTURED_ANSWER_TOOL) {
    return answerEvents(candidate, call);
  }
  if (call !== undefined) {
    candidate.hasContent = true;
    return readCall(candidate.calls, call, { answerId, signature });
  }
  const said = [...textEvents(candidate, part), ...imageEvents(candidate, part)];
  candidate.hasContent ||= said.length > 0 || SILENT_PARTS.some((kind) => Object.hasOwn(part, kind));
  return signature === undefined ? said : [...said, ...candidate.parts.prove(signature)];
}

/** The call that carries a JSON answer is its text. A second one beside it would make it no JSON. */
function answerEvents(candidate: Candidate, call: JsonObject): readonly AnswerEvent[] {
  if (candidate.hasAnswer) {
    return [];
  }
  candidate.hasAnswer = true;
  const answer = jsonText(objectMember(call, 'args') ?? {});
  candidate.hasContent = true;
  candidate.text.push(answer);
  return candidate.parts.words('text', answer);
}

function textEvents({ parts, text }: Candidate, part: JsonObject): readonly AnswerEvent[] {
  const words = stringMember(part, 'text') ?? '';
  if (part.thought === true) {
    return parts.words('reasoning', words);
  }
  text.push(words);
  return parts.words('text', words);
}

/** A picture that the model made. */
function imageEvents({ parts }: Candidate, part: JsonObject): readonly AnswerEvent[] {
  const image = objectMember(part, 'inlineData');
  const data = stringMember(image, 'data');
  if (data === undefined || part.thought === true) {
    return [];
  }
  const mediaType = stringMember(image, 'mimeType') ?? 'application/octet-stream';
  return parts.whole({ kind: 'media', media: 'image', source: { kind: 'base64', mediaType, data } });
}

/** The last events of a candidate that has finished: an open call's arguments, the parts' ends, the sources, the finish. */
export function closedCandidate(candidate: Candidate): readonly AnswerEvent[] {
  const { choice, calls, parts, finish, grounding } = candidate;
  const citations = grounding === undefined ? [] : groundingCitations(grounding, candidate.text.join(''));
  return [
    ...closeCall(calls),
    ...parts.close(),
    ...(citations.length === 0 ? [] : [{ type: 'citations', choice, citations } as const]),
    ...(finish === undefined
      ? []
      : [{ type: 'finish', choice, reason: finishReason(finish, calls.count > 0), raw: finish.native } as const]),
  ];
}

/** Gemini has no reason that says "tool calls": a natural ending after a call is one. Any other ending wins over the calls. */
function finishReason(finish: Ending, hasCalls: boolean): FinishReason {
  switch (finish.reason) {
    case 'length':
    case 'filtered':
      return finish.reason;
    case 'unclear':
      return 'length';
    case 'natural':
    case 'broken':
      return hasCalls ? 'tool-calls' : 'end';
  }
}
