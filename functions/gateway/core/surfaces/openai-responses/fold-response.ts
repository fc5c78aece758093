import type { AnswerEvent } from '../../model/answer-event.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { AnswerIdentity } from '../surface.ts';
import { responseWriter } from './response-writer.ts';

/** Puts an answer's events together into a whole response: what a caller who did not ask for a stream gets. */
export function responseBody(events: readonly AnswerEvent[], about: AnswerIdentity): JsonObject {
  const writer = responseWriter(about);
  for (const event of events) {
    writer.write(event);
  }
  writer.complete(false);
  return writer.response();
}
