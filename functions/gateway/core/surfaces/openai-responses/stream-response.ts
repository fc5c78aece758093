import type { GatewayError } from '../../model/gateway-error.ts';
import type { AnswerIdentity, AnswerStream } from '../surface.ts';
import { responseWriter } from './response-writer.ts';

/**
 * Writes an answer as the events of OpenAI's Responses API. The trail follows the last event as a comment. An answer that broke off ends
 * with `response.failed`: clients lose the message of a bare `error`, and take an end without an ending for a broken line.
 */
export function responseStream(about: AnswerIdentity): AnswerStream {
  const writer = responseWriter(about);
  const text = (): string => {
    let all = '';
    for (const event of writer.take()) {
      all += `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`;
    }
    return all;
  };
  return {
    write: (events) => {
      let signs = '';
      for (const event of events) {
        writer.write(event);
        signs = event.type === 'keep-alive' ? ': ping\n\n' : signs;
      }
      return text() + signs;
    },
    body: () => writer.finish(),
    end: (trail, isLost = false) => {
      writer.complete(isLost);
      return `${text()}: nemo ${trail}\n\n`;
    },
    broken: (error, trail) => {
      writer.fail({ code: failureCode(error), message: error.message });
      return text() + (trail === undefined ? '' : `: nemo ${trail}\n\n`);
    },
  };
}

/** Codes that clients look at: they repeat the request for a rate and for a server's fault, and not for the others. */
const KNOWN_CODES: readonly string[] = ['context_length_exceeded', 'insufficient_quota', 'rate_limit_exceeded'];

function failureCode({ code, type }: GatewayError): string {
  if (code !== null && KNOWN_CODES.includes(code)) {
    return code;
  }
  return type === 'invalid_request_error' ? 'invalid_prompt' : 'server_error';
}
