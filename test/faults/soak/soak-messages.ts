import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';

/** From the thread of the gateways to that of the callers and the providers. */
export type ToLoad =
  /** `calls` calls, numbered from 0; each shows the key of its number. */
  { readonly kind: 'call'; readonly baseUrls: readonly string[]; readonly calls: number } | { readonly kind: 'stop' };

/** And back. */
export type FromLoad =
  | {
      readonly kind: 'ready';
      readonly providers: readonly { readonly protocol: ProtocolName; readonly baseUrl: string }[];
      readonly dynamoDbEndpoint: string;
      readonly statisticsTable: string;
      readonly keysTable: string;
    }
  /** By the number of the call. */
  | { readonly kind: 'done'; readonly outcomes: readonly CallOutcome[]; readonly seen: readonly SeenCalls[] };

/** What one caller saw. */
export type CallOutcome =
  | {
      readonly kind: 'answered';
      readonly requestId: string;
      readonly status: number;
      readonly isDone: boolean;
      /** Whether what was sent had to be refused, or had something in it that nobody was to be sent. */
      readonly isHostile: boolean;
      readonly hasError: boolean;
    }
  | { readonly kind: 'hung-up' }
  /** What no caller may see: bytes that are no answer and no error. */
  | { readonly kind: 'broken'; readonly reason: string };

/** What the providers saw of one call: for each provider, in their order. */
export interface SeenCalls {
  readonly requests: readonly number[];
  /**
   * Those among them that it broke off. Where the gateway had not read a byte of the response by then, which a reset may take with it, and
   * had kept connections to the provider, it has sent them once more.
   */
  readonly brokenOff: readonly number[];
}

/** The key that a call shows; its name is the call's. */
export function keyOf(call: number): string {
  return `nemo_key-of-call-${call}`;
}
