import type { AnswerEvent } from '../model/answer-event.ts';
import type { Dialect } from '../model/dialect.ts';
import type { GatewayError } from '../model/gateway-error.ts';
import type { Prompt } from '../model/prompt.ts';
import type { JsonObject } from '../wire/json.ts';
import type { InvalidRequest } from './invalid-request.ts';

/** An API that callers speak. A new one is a folder that exports this and one line in `surfaces.ts`. Everything here is synchronous and pure. */
export interface Surface {
  readonly dialect: Dialect;
  /** Reads the JSON body of a request, and of its headers (names in lower case) those that belong to the dialect. */
  readonly read: (
    json: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => { readonly kind: 'read'; readonly prompt: Prompt } | InvalidRequest;
  /** Writes a streamed answer. */
  readonly stream: (about: AnswerIdentity) => AnswerStream;
  /** Puts a whole answer together. A failure adds nothing: whether the answer counts is the gateway's to say. */
  readonly body: (events: readonly AnswerEvent[], about: AnswerIdentity) => JsonObject;
  /** The JSON text of an error's body. */
  readonly error: (error: GatewayError, requestId: string) => string;
  /** The status of an error where the API has one of its own for it; absent: that of the error. */
  readonly errorStatus?: (error: GatewayError) => number;
  /** The header in which the API's clients look for the id of a request, beside those that every answer has. */
  readonly requestIdHeader?: string;
  /** The names that a request may ask for, where the API has a shape of its own for them; absent: OpenAI's. */
  readonly models?: {
    readonly one: (name: string) => JsonObject;
    readonly list: (names: readonly string[]) => JsonObject;
  };
}

/** What an answer is called towards the caller, the same in a body and in every event of a stream. */
export interface AnswerIdentity {
  /** Of letters and digits; each surface puts its own prefix before it. */
  readonly requestId: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** The deployment that answers. */
  readonly model: string;
  readonly prompt: Prompt;
}

/** Server-sent events, ready to be sent. */
export interface AnswerStream {
  /** The events of `events`; `""` where they say nothing to the caller. */
  readonly write: (events: readonly AnswerEvent[]) => string;
  /** The ending of a whole answer, with the trail as a comment. */
  readonly end: (trail: string) => string;
  /** The ending of an answer that broke off, unlike that of a finished one. Needs no trail where a bug has ended it. */
  readonly broken: (error: GatewayError, trail?: string) => string;
}
