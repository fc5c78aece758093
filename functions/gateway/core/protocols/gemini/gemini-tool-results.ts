import type { ToolResultPart } from '../../model/part.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { geminiPart } from './gemini-part.ts';

/** The calls that the model has made so far, by id: what their results are to be named, and in which order. */
export interface CallRegister {
  /** Notes a call. A later call with the same id takes its place: results answer the nearest turn. */
  readonly add: (id: string, name: string) => void;
  readonly find: (id: string) => RegisteredCall | undefined;
}

interface RegisteredCall {
  readonly name: string;
  /** Grows from call to call. */
  readonly ordinal: number;
}

/** An empty register. */
export function callRegister(): CallRegister {
  const calls = new Map<string, RegisteredCall>();
  let count = 0;
  return {
    add: (id, name) => {
      calls.set(id, { name, ordinal: count });
      count += 1;
    },
    find: (id) => calls.get(id),
  };
}

/**
 * The `functionResponse` parts of one turn, in the order of the calls: a model that does not read ids goes by position. What is no
 * text in a result (an image) follows them as parts of its own. What went wrong is under `error`, the vendor's name for it
 * (googleapis.github.io/js-genai, "FunctionResponse").
 */
export function sortedResponses(
  results: readonly ToolResultPart[],
  options: { readonly calls: CallRegister; readonly withIds: boolean },
  notes: EncodingNotes,
): readonly JsonObject[] {
  const answered = results.flatMap((result) => {
    const call = options.calls.find(result.id);
    if (call === undefined) {
      notes.refuse(result.idPath, 'No assistant message before this one has a tool call of this id.');
    }
    return call === undefined ? [] : [{ result, call, parts: result.parts.flatMap((part) => geminiPart(part, notes)) }];
  });
  answered.sort((one, other) => one.call.ordinal - other.call.ordinal);
  const responses = answered.map(({ result, call, parts }) => ({
    functionResponse: {
      ...(options.withIds ? { id: result.id } : {}),
      name: call.name,
      response: result.isError ? { error: textOf(parts) } : toolResponse(textOf(parts)),
    },
  }));
  return [...responses, ...answered.flatMap(({ parts }) => parts.filter((part) => part.text === undefined))];
}

function textOf(parts: readonly JsonObject[]): string {
  return parts.map((part) => part.text ?? '').join('');
}

/**
 * A tool's text as the object that Gemini wants: a JSON object as it is, all else under `output`, the vendor's name for it. Text with
 * 16 digits in a row stays text, since such numbers do not survive parsing.
 */
function toolResponse(text: string): JsonObject {
  const parsed = /\d{16}/.test(text) ? undefined : parseJson(text);
  if (isJsonObject(parsed)) {
    return parsed;
  }
  return { output: Array.isArray(parsed) ? parsed : text };
}
