/** What a recording says, in OpenAI's terms, as an independent reader of the raw bytes has it. */
export type Expectation =
  | {
      readonly kind: 'answer';
      readonly choices: readonly ExpectedChoice[];
      readonly usage: ExpectedUsage | undefined;
    }
  | ExpectedFailure;

/** Nobody can make an answer of it. */
export interface ExpectedFailure {
  readonly kind: 'failure';
  readonly status: number;
  readonly type: string;
  readonly code?: string;
  /** Part of the message that the caller sees. */
  readonly message?: string;
  /** Seconds, where the vendor says how long to wait. */
  readonly retryAfter?: string;
}

export interface ExpectedChoice {
  readonly content: string;
  readonly reasoning: string;
  readonly refusal: string;
  readonly calls: readonly ExpectedCall[];
  readonly finish: string;
}

export interface ExpectedCall {
  /** `undefined` where the vendor gives none and the gateway has to make one. */
  readonly id: string | undefined;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

export interface ExpectedUsage {
  readonly prompt: number;
  readonly completion: number;
  readonly total: number;
  readonly cached?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly reasoning?: number | undefined;
}

/** The gateway's answer where its only attempt failed. */
export const UPSTREAM_FAILED: ExpectedFailure = { kind: 'failure', status: 502, type: 'server_error' };
