import { arrayMember, type JsonObject, numberMember, objectMember, stringMember } from '../../json.ts';

/**
 * The sources of an answer as OpenAI's `url_citation` annotations: one for each stretch of text and source that supports it, or one a
 * source where Google names no stretches. Positions are Google's, which counts bytes of UTF-8.
 */
export function groundingAnnotations(metadata: JsonObject): readonly JsonObject[] {
  const sources = arrayMember(metadata, 'groundingChunks').map(source);
  const supports = arrayMember(metadata, 'groundingSupports').flatMap((support) =>
    arrayMember(support, 'groundingChunkIndices').flatMap((index) =>
      citation(sources[Number(index)], objectMember(support, 'segment')),
    ),
  );
  return supports.length > 0 ? supports : sources.flatMap((known) => citation(known, undefined));
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

function citation(cited: Source | undefined, segment: JsonObject | undefined): readonly JsonObject[] {
  if (cited === undefined) {
    return [];
  }
  const range = {
    start_index: numberMember(segment, 'startIndex') ?? 0,
    end_index: numberMember(segment, 'endIndex') ?? 0,
  };
  return [{ type: 'url_citation', url_citation: { ...range, url: cited.url, title: cited.title } }];
}
