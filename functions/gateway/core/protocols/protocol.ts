import type { AnswerEvent } from '../model/answer-event.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { UpstreamRequest } from '../model/dial.ts';
import type { Dialect } from '../model/dialect.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../model/embeddings.ts';
import type { ProtocolName } from '../model/gateway-config.ts';
import type { Prompt } from '../model/prompt.ts';
import type { Vendor } from '../model/vendor.ts';
import type { JsonObject } from '../wire/json.ts';
import type { WireEvent } from '../wire/wire-event.ts';

/**
 * A wire format that vendors speak. A new one is a folder that exports this and its lines in `protocols.ts` and `spoken-protocols.ts`. It knows no address and no
 * credential: those are a host's. Everything here is synchronous and pure.
 */
export interface Protocol {
  readonly dialect: Dialect;
  /** How streamed responses are framed. A JSON body is read as one whatever this says. */
  readonly framing: 'server-sent-events' | 'amazon-event-stream';
  /** Says a prompt in the vendor's words. Where the prompt's own dialect is this one, it starts from the caller's body and loses nothing. */
  readonly encode: (prompt: Prompt, target: Target) => Encoding;
  /** What chooses another protocol of the same host where it serves a prompt better. Absent, or `undefined` for a deployment: there is none. */
  readonly alternative?: (target: Target) => Alternative | undefined;
  /** A decoder for one response. `choices`: how many were asked for, by default one. */
  readonly decoder: (target: Target, choices?: number) => AnswerDecoder;
  /** Absent where the vendor has no embeddings. */
  readonly embeddings?: EmbeddingsProtocol;
  /** Absent where the vendor does not count a prompt's tokens before it answers. */
  readonly countTokens?: TokenCountProtocol;
  /** Reads a response whose status is not 2xx (`body` is its text, perhaps cut at 64 KiB, perhaps no JSON at all). */
  readonly readFailure: (response: FailedResponse) => AttemptFailure;
}

/** Another protocol for a prompt; `undefined`: the one that is configured. */
export type Alternative = (prompt: Prompt) => Protocol | undefined;

/** The protocols of a cloud: its own, and those of others in an envelope of its own or with errors of its own, by the host. */
export interface CloudProtocols {
  readonly own: Readonly<Partial<Record<ProtocolName, Protocol>>>;
  readonly hosted: Readonly<Partial<Record<Vendor, Readonly<Partial<Record<ProtocolName, Protocol>>>>>>;
}

/** What an encoder may know of the deployment. */
export interface Target {
  /** The vendor's model id, an inference profile or an ARN. */
  readonly model: string;
  /** Who is asked, as far as its address tells. @default 'compatible' */
  readonly vendor?: Vendor;
  /** Whose account is asked: what one has encrypted, another cannot read. The name of the provider. */
  readonly account?: string;
  /** Whether what it has encrypted is marked as its own, where other accounts could be sent it. */
  readonly marksReasoning?: boolean;
  /** Whether to ask for a stream. */
  readonly streaming: boolean;
  /** The model's largest answer in tokens, where configured. */
  readonly maxOutputTokens?: number;
  /** Whether its host is known to have the Responses API. */
  readonly hasResponses?: boolean;
  /** The operator's corrections of the protocol's model rules; each protocol's `*-rules.ts` says which it knows. */
  readonly rules?: JsonObject;
}

/** What rules are looked up by. */
export interface RuledModel {
  readonly model: string;
  readonly rules?: JsonObject | undefined;
  readonly vendor?: Vendor | undefined;
}

/** A request ready to be signed and sent, or the reason why this vendor cannot be asked for it. */
export type Encoding =
  | {
      readonly kind: 'encoded';
      readonly request: UpstreamRequest;
      /** Names of the caller's fields that this vendor cannot honour and that change quality only: left out, and reported to the caller. */
      readonly dropped: readonly string[];
    }
  /** A field that changes the answer's shape and that this vendor cannot honour. `param` is its path, as `messages[2].content[0]`. */
  | { readonly kind: 'unsupported'; readonly param: string; readonly message: string };

/**
 * Reads one response. Synchronous and socket-free, so that tests feed it literals. It never throws: what it cannot read becomes
 * `failed`.
 */
export interface AnswerDecoder {
  /** One event of a streamed response. */
  readonly event: (event: WireEvent) => readonly AnswerEvent[];
  /** A whole JSON body: the answer to a call that was not streamed. `end` is not called after it. */
  readonly body: (json: unknown) => readonly AnswerEvent[];
  /** The stream's bytes ended: what was held back, or `failed` where the ending is missing. */
  readonly end: () => readonly AnswerEvent[];
  /** Whether the answer is complete, so that nothing more needs to be read (the terminal event and the usage have been seen). */
  readonly isComplete: () => boolean;
}

/** How a protocol counts the tokens of a prompt. */
export interface TokenCountProtocol {
  /** `undefined` where this prompt cannot be counted. */
  readonly encode: (prompt: Prompt, target: Target) => UpstreamRequest | undefined;
  /** The count in the JSON body of the response; `undefined` where it has none. */
  readonly decode: (json: unknown) => number | undefined;
}

/** The embeddings half of a protocol. */
export interface EmbeddingsProtocol {
  /** One or more upstream requests that together answer `request`, in the order of its inputs. */
  readonly encode: (request: EmbeddingsRequest, target: Target) => EmbeddingsEncoding;
  /** Reads the JSON body (and headers) of each response, in the order of the requests. */
  readonly decode: (
    responses: readonly EmbeddingsResponse[],
    request: EmbeddingsRequest,
    target: Target,
  ) => EmbeddingsAnswer | AttemptFailure;
}

/** The upstream requests for one embeddings request, or what the vendor cannot be asked for. */
export type EmbeddingsEncoding =
  | { readonly kind: 'encoded'; readonly requests: readonly UpstreamRequest[]; readonly dropped: readonly string[] }
  | Extract<Encoding, { kind: 'unsupported' }>;

/** A vendor's successful response to an embeddings request. */
export interface EmbeddingsResponse {
  readonly json: unknown;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A response whose status says that it failed. */
export interface FailedResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The instant of reading, for a `Retry-After` that is a date. Milliseconds since 1970. */
  readonly nowMs: number;
}
