import type { JsonObject } from '../wire/json.ts';
import type { Arrivals } from './arrivals.ts';
import type { AttemptFailure } from './attempt-failure.ts';
import type { Dialect } from './dialect.ts';
import type { Deployment } from './gateway-config.ts';

/** Sends one request to a provider and waits for the response's headers. Never rejects. An adapter over a real HTTP client. */
export type Dial = (call: UpstreamCall) => Promise<DialResult>;

/** One request to a vendor, ready to be sent but for what proves who we are. */
export interface UpstreamCall {
  readonly deployment: Deployment;
  readonly request: UpstreamRequest;
  /** Of this call, beside the request's own: its place in a trace. @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly connectMs: number;
  /** Its reason, when aborted, is an `AttemptFailure`. */
  readonly signal: AbortSignal;
}

/** What a dial came to: a response, whatever its status, or a failure without one. */
export type DialResult =
  | UpstreamResponse
  /** No response: no connection, no credential. */
  | { readonly kind: 'failed'; readonly failure: AttemptFailure };

/** A vendor's response, its body not yet read. */
export interface UpstreamResponse {
  readonly kind: 'answered';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ResponseBody;
  /** The headers that it was asked with. What proves who we are among them may be in nothing of the answer that is shown to anybody. @default none */
  readonly shown?: Readonly<Record<string, string>>;
}

/** A response's bytes. Throws where the connection breaks or the signal is aborted. Read once, in one of the two ways. */
export interface ResponseBody extends AsyncIterable<Uint8Array> {
  /** @default the iterable's */
  readonly arrivals?: Arrivals<Uint8Array>;
}

/** What a vendor is asked to do. The host knows the path of each. */
export type Operation = 'answer' | 'answer-stream' | 'embed' | 'embed-batch' | 'count-tokens';

/** One request as a vendor reads it, not yet addressed and proven. */
export interface UpstreamRequest {
  readonly operation: Operation;
  /** Beside those that the host adds. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  /** Whose words it is in, where that is not what the provider's protocol says. */
  readonly dialect?: Dialect;
}
