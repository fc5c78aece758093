import type { AnswerEvent } from '../../model/answer-event.ts';
import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import { arrayMember, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import type { AnswerParts } from '../answer-parts.ts';
import { portableToolCallId } from '../tool-call-id.ts';
import { jsonText, type PartialArguments, partialArguments } from './gemini-partial-arguments.ts';

/** Reads the function calls of one candidate. */
export interface CallReader {
  readonly choice: number;
  readonly parts: AnswerParts;
  /** The part of the last call. */
  part: number;
  /** Calls begun so far: the ordinal of the next. */
  count: number;
  /** The arguments of the call that is still being written. */
  open: PartialArguments | undefined;
}

/** A reader for the calls of one choice. */
export function newCallReader(choice: number, parts: AnswerParts): CallReader {
  return { choice, parts, part: -1, count: 0, open: undefined };
}

interface CallPart {
  /** The vendor's id of the whole answer. */
  readonly answerId: string | undefined;
  readonly signature: Native | undefined;
}

/**
 * Reads a part with a function call. Most come whole. With streamed arguments the first part names the function, the next ones carry
 * `partialArgs`, and the last has no `willContinue`, which some models forget: then the next call or the finish is the end. The
 * arguments are put together and told once.
 */
export function readCall(reader: CallReader, call: JsonObject, part: CallPart): readonly AnswerEvent[] {
  const name = stringMember(call, 'name') ?? '';
  const begun = name === '' ? [] : [...closeCall(reader), ...begin(reader, call, part)];
  reader.open?.add(arrayMember(call, 'partialArgs'));
  return call.willContinue === true ? begun : [...begun, ...closeCall(reader)];
}

function begin(reader: CallReader, call: JsonObject, { answerId, signature }: CallPart): readonly AnswerEvent[] {
  const id = stringMember(call, 'id') || mintedId(reader, call, answerId);
  const name = stringMember(call, 'name') ?? '';
  const { part, events } = reader.parts.call({ kind: 'tool-call', id, name, ...defined({ native: signature }) });
  reader.part = part;
  reader.open = partialArguments(objectMember(call, 'args') ?? {});
  reader.count += 1;
  return events;
}

/** The shortest of the vendors' limits on ids that leave any room (OpenAI's). */
const MAX_ID_CHARS = 40;

/** `call_` and 16 hex digits. */
const HASHED_ID_CHARS = 21;

/**
 * Gemini may leave the id out. Made from the answer's id (or, without one, the call itself), choice and ordinal, it is the same whenever
 * the bytes are the same, and differs from call to call and from answer to answer.
 */
function mintedId(reader: CallReader, call: JsonObject, answerId: string | undefined): string {
  const place = `${reader.choice}_${reader.count}`;
  return answerId === undefined
    ? portableToolCallId(`call ${place} ${jsonText(call)}`, HASHED_ID_CHARS)
    : portableToolCallId(`call_${answerId}_${place}`, MAX_ID_CHARS);
}

/** Ends the open call, if any, with all of its arguments. */
export function closeCall(reader: CallReader): readonly AnswerEvent[] {
  const { choice, part, open } = reader;
  reader.open = undefined;
  return open === undefined ? [] : [{ type: 'part-delta', choice, part, text: open.text() }];
}
