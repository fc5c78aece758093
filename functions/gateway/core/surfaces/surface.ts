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
  /** Absent: a request of the API has one prompt. */
  readonly several?: SeveralPrompts;
  /** Absent: the API knows of no answers that are kept. */
  readonly keeping?: Keeping;
  /** The names that a request may ask for, where the API has a shape of its own for them; absent: OpenAI's. */
  readonly models?: {
    readonly one: (name: string) => JsonObject;
    readonly list: (names: readonly string[]) => JsonObject;
  };
}

/** How an API asks several prompts in one request, and has their answers in one. */
export interface SeveralPrompts {
  /** A body for each prompt of a request; none where it has no several, or is wrong: then reading it says so. */
  readonly bodies: (json: unknown) => readonly JsonObject[];
  /** The bodies of all answers as one. `asked`: the request of one of them. */
  readonly body: (bodies: readonly JsonObject[], asked: JsonObject) => JsonObject;
  /** The streams of all answers as one. Ends where one of them breaks off. */
  readonly stream: (pieces: AsyncIterable<PieceOf>, asked: JsonObject) => AsyncGenerator<string, void, void>;
}

/** A piece of one of several streams. */
export interface PieceOf {
  /** Which stream it is of, from 0. */
  readonly index: number;
  readonly text: string;
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
  /** Whether the answer is to be kept. */
  readonly isKept?: boolean;
  /** The kept answer that it goes on from. */
  readonly previousAnswer?: string;
}

/** Server-sent events, ready to be sent. */
export interface AnswerStream {
  /** The events of `events`; `""` where they say nothing to the caller. */
  readonly write: (events: readonly AnswerEvent[]) => string;
  /** The whole answer as a body, when all of its events have been written, where the API has answers kept. */
  readonly body?: () => JsonObject;
  /** The ending of a whole answer, with the trail as a comment. `isLost`: it was to be kept, and is not. */
  readonly end: (trail: string, isLost?: boolean) => string;
  /** The ending of an answer that broke off, unlike that of a finished one. Needs no trail where a bug has ended it. */
  readonly broken: (error: GatewayError, trail?: string) => string;
}

/** How an API goes on from answers that are kept: what its bodies say of them. An item is one of its own: a message, a call, its result. */
export interface Keeping {
  /** What a request's body asks of what is kept. */
  readonly asked: (json: unknown) => AskedOfKept | InvalidRequest;
  /** A request's body with kept items in place of references to them, and without what this gateway does itself; what is wrong with it. */
  readonly ownBody: (json: JsonObject, kept: KeptItems) => OwnBody | InvalidRequest;
  /** The same with the conversation before it. */
  readonly resumed: (own: JsonObject, earlier: readonly JsonObject[]) => JsonObject;
  /** A text about a resumed body, with the places that its caller knows. `earlier`: how many items stand before his. */
  readonly inOwnPlaces: (text: string, earlier: number) => string;
  /** The items that an own body adds to its conversation. */
  readonly inputOf: (own: JsonObject) => readonly JsonObject[];
  /** The items of an answer's body. */
  readonly outputOf: (body: JsonObject) => readonly JsonObject[];
  /** Every item that a kept answer has, by the id that callers know it by. */
  readonly itemsOf: (answer: AnswerWithInput) => ReadonlyMap<string, JsonObject>;
  /** Of an item whose id tells it, the id of the answer that it stands in. */
  readonly answerOf: (itemId: string) => string | undefined;
  /** The id of the answer to a request. */
  readonly answerId: (requestId: string) => string;
  /** The body of an answer that is to be kept, where it is not. */
  readonly unkept: (body: JsonObject) => JsonObject;
}

/** What a request asks of kept answers. */
export interface AskedOfKept {
  readonly kind: 'asked';
  /** The answer that it goes on from. */
  readonly previous?: string;
  /** Ids of items that it refers to. */
  readonly items: readonly string[];
  /** Whether its answer is to be kept. */
  readonly isKept: boolean;
}

/** A kept answer as an API knows it. */
export interface AnswerWithInput {
  readonly id: string;
  readonly input: readonly JsonObject[];
  readonly body: JsonObject;
}

/** Items that a request may refer to, by id. `standing`: those that its conversation has already. */
export interface KeptItems {
  readonly found: ReadonlyMap<string, JsonObject>;
  readonly standing: ReadonlySet<string>;
}

/** A request's body that refers to nothing. */
export interface OwnBody {
  readonly kind: 'own';
  readonly body: JsonObject;
}
