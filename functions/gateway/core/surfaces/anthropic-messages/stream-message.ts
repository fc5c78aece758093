import type { JsonObject } from '../../wire/json.ts';
import type { AnswerIdentity, AnswerStream } from '../surface.ts';
import { messageEvents } from './message-events.ts';
import { errorJson } from './messages-error.ts';

/** Writes an answer as Anthropic's server-sent events. The trail is a comment after `message_stop`. */
export function messageStream(about: AnswerIdentity): AnswerStream {
  const { write, end } = messageEvents(about);
  return {
    write: (events) => {
      let text = '';
      for (const event of events) {
        text += eventsText(write(event));
      }
      return text;
    },
    end: (trail) => `${eventsText(end())}: nemo ${trail}\n\n`,
    broken: (error, trail) => {
      const comment = trail === undefined ? '' : `: nemo ${trail}\n\n`;
      return `${comment}event: error\ndata: ${errorJson(error, about.requestId)}\n\n`;
    },
  };
}

function eventsText(events: readonly JsonObject[]): string {
  let text = '';
  for (const event of events) {
    text += `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  }
  return text;
}
