import type { ProtocolName } from '../../../functions/gateway/core/config/gateway-config.ts';

/** From the thread of the gateways to that of the callers and the providers. */
export type ToLoad =
  | { readonly kind: 'call'; readonly baseUrls: readonly string[]; readonly key: string; readonly calls: number }
  | { readonly kind: 'stop' };

/** And back. */
export type FromLoad =
  | {
      readonly kind: 'ready';
      readonly providers: readonly { readonly protocol: ProtocolName; readonly baseUrl: string }[];
      readonly dynamoDbEndpoint: string;
      readonly statisticsTable: string;
      readonly keysTable: string;
    }
  /** `providerCalls`: all that the providers have got up to now; every one of them has ended. */
  | { readonly kind: 'done'; readonly outcomes: readonly CallOutcome[]; readonly providerCalls: number };

/** What one caller saw. */
export type CallOutcome =
  | {
      readonly kind: 'answered';
      readonly requestId: string;
      readonly status: number;
      readonly isDone: boolean;
      readonly hasError: boolean;
    }
  | { readonly kind: 'hung-up' }
  /** What no caller may see: bytes that are no answer and no error. */
  | { readonly kind: 'broken'; readonly reason: string };
