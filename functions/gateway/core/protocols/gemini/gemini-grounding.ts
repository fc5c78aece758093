import { arrayMember, type JsonObject, numberMember, objectMember, stringMember } from '../../wire/json.ts';

/**
 * The sources of an answer as OpenAI's `url_citation` annotations: one for each stretch of text and source that supports it, or one a
 * source where Google names no stretches. Positions are those in `text`, the whole answer, in UTF-16 units.
 */
export function groundingAnnotations(metadata: JsonObject, text: string): readonly JsonObject[] {
  const sources = arrayMember(metadata, 'groundingChunks').map(source);
  const position = positionOfByte(text);
  const supports = arrayMember(metadata, 'groundingSupports').flatMap((support) => {
    const range = rangeOf(objectMember(support, 'segment'), position);
    return arrayMember(support, 'groundingChunkIndices').flatMap((index) => citation(sources[Number(index)], range));
  });
  return supports.length > 0 ? supports : sources.flatMap((known) => citation(known, { start_index: 0, end_index: 0 }));
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

function rangeOf(segment: JsonObject | undefined, position: (byte: number) => number): JsonObject {
  return {
    start_index: position(numberMember(segment, 'startIndex') ?? 0),
    end_index: position(numberMember(segment, 'endIndex') ?? 0),
  };
}

interface Source {
  readonly url: string;
  readonly title: string;
}

function source(chunk: unknown): Source | undefined {
  const found = objectMember(chunk, 'web') ?? objectMember(chunk, 'retrievedContext') ?? objectMember(chunk, 'maps');
  const url = stringMember(found, 'uri');
  return url === undefined ? undefined : { url, title: stringMember(found, 'title') ?? '' };
}

function citation(cited: Source | undefined, range: JsonObject): readonly JsonObject[] {
  if (cited === undefined) {
    return [];
  }
  return [{ type: 'url_citation', url_citation: { ...range, url: cited.url, title: cited.title } }];
}
