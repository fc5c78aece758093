import type { Deployment } from '../config/gateway-config.ts';
import type { UpstreamRequest } from '../protocols/protocol.ts';
import type { AttemptFailure } from './attempt-failure.ts';

/** Sends one request to a provider and waits for the response's headers. Never rejects. An adapter over a real HTTP client. */
export type Dial = (call: UpstreamCall) => Promise<DialResult>;

export interface UpstreamCall {
  readonly deployment: Deployment;
  readonly request: UpstreamRequest;
  readonly connectMs: number;
  /** Its reason, when aborted, is an `AttemptFailure`. */
  readonly signal: AbortSignal;
}

export type DialResult =
  | UpstreamResponse
  /** No response: no connection, no credential. */
  | { readonly kind: 'failed'; readonly failure: AttemptFailure };

export interface UpstreamResponse {
  readonly kind: 'answered';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Throws where the connection breaks or the signal is aborted. */
  readonly body: AsyncIterable<Uint8Array>;
  /** What proved who we are: nothing of the answer that is shown to anybody may have it. @default nothing */
  readonly secrets?: readonly string[];
}
