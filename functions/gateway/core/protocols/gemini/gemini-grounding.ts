import type { Citation } from '../../model/part.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  numberMember,
  objectMember,
  stringMember,
} from '../../wire/json.ts';

/**
 * The sources of an answer: one for each stretch of text and source that supports it, or one a source where Google names no stretches.
 * Positions are those in `text`, the whole answer, in UTF-16 units.
 */
export function groundingCitations(metadata: JsonObject, text: string): readonly Citation[] {
  const chunks = arrayMember(metadata, 'groundingChunks').filter(isJsonObject);
  const position = positionOfByte(text);
  const supports = arrayMember(metadata, 'groundingSupports').flatMap((support) => {
    const range = rangeOf(objectMember(support, 'segment'), position);
    return arrayMember(support, 'groundingChunkIndices').flatMap((index) => citation(chunks[Number(index)], range));
  });
  return supports.length > 0 ? supports : chunks.flatMap((chunk) => citation(chunk, { begin: 0, end: 0 }));
}

/** Google counts bytes of UTF-8: where in `text` the character of a byte begins. The text is walked once, however many are asked for. */
function positionOfByte(text: string): (byte: number) => number {
  const begins: number[] = [];
  let units = 0;
  for (const character of text) {
    const bytes = utf8Bytes(character.codePointAt(0) ?? 0);
    for (let byte = 0; byte < bytes; byte += 1) {
      begins.push(units);
    }
    units += character.length;
  }
  return (byte) => begins[byte] ?? text.length;
}

function utf8Bytes(codePoint: number): number {
  if (codePoint < 0x80) {
    return 1;
  }
  if (codePoint < 0x800) {
    return 2;
  }
  return codePoint < 0x10000 ? 3 : 4;
}

type TextRange = Required<Pick<Citation, 'begin' | 'end'>>;

function rangeOf(segment: JsonObject | undefined, position: (byte: number) => number): TextRange {
  return {
    begin: position(numberMember(segment, 'startIndex') ?? 0),
    end: position(numberMember(segment, 'endIndex') ?? 0),
  };
}

function citation(chunk: JsonObject | undefined, range: TextRange): readonly Citation[] {
  const found = objectMember(chunk, 'web') ?? objectMember(chunk, 'retrievedContext') ?? objectMember(chunk, 'maps');
  const url = stringMember(found, 'uri');
  if (chunk === undefined || url === undefined) {
    return [];
  }
  const native = { dialect: 'gemini', value: chunk, ifForeign: 'ignore' } as const;
  return [{ ...range, url, title: stringMember(found, 'title') ?? '', native }];
}
