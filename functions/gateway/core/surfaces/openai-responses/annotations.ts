import { nativeValue } from '../../model/dialect.ts';
import type { Citation } from '../../model/part.ts';
import type { JsonObject } from '../../wire/json.ts';

/** A source as an annotation of the text: OpenAI's own as it came, any other where it has an address. */
export function annotationsOf(citations: readonly Citation[]): readonly JsonObject[] {
  return citations.flatMap(({ url, title, begin = 0, end = 0, native }) => {
    const own = nativeValue(native, 'openai-responses');
    if (own !== undefined) {
      return [own];
    }
    return url === undefined
      ? []
      : [{ type: 'url_citation', url, title: title ?? url, start_index: begin, end_index: end }];
  });
}
