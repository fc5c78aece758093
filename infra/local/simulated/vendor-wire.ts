import type { JsonObject } from '../../../functions/gateway/core/wire/json.ts';

/**
 * One vendor's wire format, written from the vendor's side: it reads requests and writes answers. The simulated providers and the
 * tests' fakes share it. It knows nothing of the gateway's translation, so that each can be checked against the other.
 */
export interface VendorWire {
  /** What the vendor's base URL ends in, as `/v1`. */
  readonly basePath: string;
  readonly streamContentType: string;
  /** The credential that a request carries, where it carries one. Names of headers in lower case. */
  readonly credential: (headers: Readonly<Record<string, string>>) => string | undefined;
  /** What is asked, or the vendor's own error for a wrong path or a wrong body. */
  readonly readRequest: (request: ReceivedRequest) => WireRequest | WireFailure;
  /** Headers that the vendor sends with an answer. `id` is the answer's. */
  readonly answerHeaders: (id: string) => Readonly<Record<string, string>>;
  readonly stream: (answer: WireAnswer, request: WireChat) => WireStream;
  readonly body: (answer: WireAnswer) => JsonObject;
  /** Absent where the vendor has no embeddings. */
  readonly embeddings?: (vectors: readonly (readonly number[])[], request: WireEmbeddings) => JsonObject;
  readonly failure: (meaning: FailureMeaning, details?: FailureDetails) => WireFailure;
  /** An error inside a stream that has begun with status 200. */
  readonly errorEvent: (meaning: FailureMeaning, details?: FailureDetails) => Uint8Array;
  /** One event that is framed as it should be but whose JSON breaks off. */
  readonly malformedEvent: Uint8Array;
}

export interface ReceivedRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined` where the body is not JSON. */
  readonly body: unknown;
}

export type WireRequest = WireChat | WireEmbeddings;

export interface WireChat {
  readonly kind: 'chat';
  readonly model: string;
  readonly streaming: boolean;
  /** Whether a stream ends with the token counts. Only OpenAI has to be asked for them. */
  readonly includeUsage: boolean;
  readonly prompt: WirePrompt;
}

export interface WireEmbeddings {
  readonly kind: 'embeddings';
  readonly model: string;
  readonly inputs: readonly string[];
  readonly dimensions: number | undefined;
  readonly encoding: 'float' | 'base64';
}

/** What a simulated model needs to know of a prompt to answer sensibly. */
export interface WirePrompt {
  readonly lastUserText: string;
  /** The text of the last message where that is the result of a tool. */
  readonly toolResult: string | undefined;
  readonly tools: readonly WireTool[];
  readonly toolChoice: 'auto' | 'none' | 'required' | { readonly name: string };
  /** Whether the answer has to be JSON, and of which JSON Schema. */
  readonly json: { readonly schema: JsonObject | undefined } | undefined;
  readonly inputTokens: number;
  readonly maxTokens: number | undefined;
}

export interface WireTool {
  readonly name: string;
  /** JSON Schema of the arguments. */
  readonly schema: JsonObject | undefined;
}

/** An answer before it takes a vendor's shape. */
export interface WireAnswer {
  /** Without a prefix: each vendor puts its own before it. */
  readonly id: string;
  readonly model: string;
  readonly createdSeconds: number;
  readonly parts: readonly WirePart[];
  readonly finish: WireFinish;
  /** The vendor's own word for the end, in place of the usual one for `finish`. */
  readonly nativeFinish?: string;
  readonly usage: WireUsage;
}

export type WireFinish = 'stop' | 'length' | 'tool-calls' | 'content-filter';

/** A part of an answer. Each fragment is sent as an event of its own. */
export type WirePart =
  | { readonly kind: 'text'; readonly fragments: readonly string[] }
  | { readonly kind: 'reasoning'; readonly fragments: readonly string[] }
  | WireToolCall;

/** `fragments` are pieces of the arguments' JSON text. Without an `id` the vendor makes one (Gemini sends none). */
export interface WireToolCall {
  readonly kind: 'tool-call';
  readonly id?: string;
  readonly name: string;
  readonly fragments: readonly string[];
}

export interface WireUsage {
  /** Cached tokens included. */
  readonly inputTokens: number;
  readonly cachedInputTokens?: number;
  /** Reasoning tokens included. */
  readonly outputTokens: number;
  readonly reasoningTokens?: number;
}

/** A streamed answer in framed pieces. Joined, they are the whole body. */
export interface WireStream {
  /** What comes before the first token and is none: roles, pings, the opening of a block. */
  readonly prelude: readonly Uint8Array[];
  /** One piece a fragment, and one for the opening of each tool call (Gemini: one for each whole tool call). */
  readonly content: readonly Uint8Array[];
  /** What says that the answer is complete, and its token counts. */
  readonly ending: readonly Uint8Array[];
}

export type FailureMeaning =
  | 'rate-limited'
  /** Money or a daily quota is spent. */
  | 'quota-spent'
  | 'overloaded'
  | 'server-error'
  | 'timeout'
  | 'context-exceeded'
  | 'content-policy'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'wrong-path'
  | 'invalid-request';

export interface FailureDetails {
  readonly model?: string;
  readonly path?: string;
  readonly message?: string;
  /** In place of the usual status of the meaning. */
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  /** Whether a stream was asked for: Gemini frames some refusals as answers. */
  readonly streaming?: boolean;
}

/** An answer that is not 2xx (or says no in the body), ready to be sent. */
export interface WireFailure {
  readonly kind: 'failure';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The meaning whose vendor-shaped body fits an HTTP status. */
export function meaningOfStatus(status: number): FailureMeaning {
  return MEANINGS.get(status) ?? (status >= 500 ? 'server-error' : 'invalid-request');
}

const MEANINGS: ReadonlyMap<number, FailureMeaning> = new Map([
  [401, 'unauthorized'],
  [402, 'quota-spent'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [408, 'timeout'],
  [429, 'rate-limited'],
  [503, 'overloaded'],
  [504, 'timeout'],
  [529, 'overloaded'],
]);
