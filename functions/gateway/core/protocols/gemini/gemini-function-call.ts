import type { ChatDelta } from '../../model/chat-delta.ts';
import { arrayMember, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { portableToolCallId } from '../tool-call-id.ts';
import { jsonText, type PartialArguments, partialArguments } from './gemini-partial-arguments.ts';
import { signatureMembers } from './gemini-signatures.ts';

/** Reads the function calls of one candidate. */
export interface CallReader {
  readonly choice: number;
  /** Calls begun so far: the ordinal of the next. */
  count: number;
  /** The arguments of the call that is still being written. */
  open: PartialArguments | undefined;
}

export function newCallReader(choice: number): CallReader {
  return { choice, count: 0, open: undefined };
}

interface CallPart {
  /** The vendor's id of the whole answer. */
  readonly answerId: string | undefined;
  readonly signature: string | undefined;
}

/**
 * Reads a part with a function call. Most come whole. With streamed arguments the first part names the function, the next ones carry
 * `partialArgs`, and the last has no `willContinue`, which some models forget: then the next call or the finish is the end. The
 * arguments are put together and emitted once.
 */
export function readCall(reader: CallReader, call: JsonObject, part: CallPart): readonly ChatDelta[] {
  const name = stringMember(call, 'name') ?? '';
  const deltas: ChatDelta[] = [];
  if (name !== '') {
    deltas.push(...closeCall(reader), startOf(reader, call, part));
    reader.open = partialArguments(objectMember(call, 'args') ?? {});
    reader.count += 1;
  }
  reader.open?.add(arrayMember(call, 'partialArgs'));
  if (call.willContinue !== true) {
    deltas.push(...closeCall(reader));
  }
  return deltas;
}

function startOf(reader: CallReader, call: JsonObject, part: CallPart): ChatDelta {
  return {
    type: 'tool-call-start',
    choice: reader.choice,
    call: reader.count,
    id: stringMember(call, 'id') || mintedId(reader, call, part.answerId),
    name: stringMember(call, 'name') ?? '',
    ...(part.signature === undefined ? {} : { extra: signatureMembers(part.signature) }),
  };
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
export function closeCall(reader: CallReader): readonly ChatDelta[] {
  const { choice, open } = reader;
  if (open === undefined) {
    return [];
  }
  reader.open = undefined;
  return [{ type: 'tool-call-delta', choice, call: reader.count - 1, text: open.text() }];
}
