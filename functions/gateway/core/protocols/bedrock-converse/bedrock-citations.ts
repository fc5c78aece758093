import { arrayMember, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';

/** Where in the answer's text the cited words stand, in UTF-16 units; `end` is the first one after them. */
export interface CitedSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * A block's citations as members of the message: those of web pages as OpenAI's `annotations`, those of documents, for which OpenAI has
 * no shape, as Bedrock sent them under `citations`. No member where there are none.
 */
export function citationFields(citations: readonly JsonObject[], span: CitedSpan): JsonObject {
  const annotations = citations.flatMap((citation) => annotationOf(citation, span));
  const others = citations.filter((citation) => urlOf(citation) === undefined);
  return {
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(others.length === 0 ? {} : { citations: others }),
  };
}

function annotationOf(citation: JsonObject, span: CitedSpan): readonly JsonObject[] {
  const url = urlOf(citation);
  if (url === undefined) {
    return [];
  }
  const title = stringMember(citation, 'title') ?? sourceTextOf(citation);
  const about = { url, title, start_index: span.start, end_index: span.end };
  return [{ type: 'url_citation', url_citation: about }];
}

function urlOf(citation: JsonObject): string | undefined {
  return stringMember(objectMember(objectMember(citation, 'location'), 'web'), 'url');
}

function sourceTextOf(citation: JsonObject): string {
  return arrayMember(citation, 'sourceContent')
    .map((source) => stringMember(source, 'text') ?? '')
    .join(' ');
}
