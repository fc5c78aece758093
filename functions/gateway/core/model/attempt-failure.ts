/**
 * Why one attempt gave no complete answer. Returned, never thrown: the failover loop branches on `kind`, never on a message.
 * Each kind is one row of the failure table in `failure-verdict.ts`.
 */
export type AttemptFailure = {
  readonly vendor?: VendorError;
} /** No connection, or it broke: refused, reset, TLS, DNS. `code` is the system's or undici's. */ & (
  | { readonly kind: 'unreachable'; readonly code: string }
  /** Too slow. `stall` is silence between two chunks. */
  | {
      readonly kind: 'timed-out';
      readonly phase: 'connect' | 'first-token' | 'stall' | 'deadline';
      readonly afterMs: number;
    }
  /** The vendor's own failure: 5xx, 529, an error event of that meaning. */
  | { readonly kind: 'overloaded'; readonly status: number }
  /** 429. `quota`: money or a daily quota is spent, so that waiting does not help. */
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number | undefined; readonly quota: boolean }
  /** 408, 409, 425: not now, perhaps elsewhere. */
  | { readonly kind: 'conflicted'; readonly status: number }
  /** 401, 403, 404, 410 and their like: the operator's credential, account, address or model id is wrong, not the caller's request. */
  | { readonly kind: 'misconfigured'; readonly status: number }
  /** The prompt does not fit this deployment's context window. */
  | { readonly kind: 'context-exceeded' }
  /**
   * This vendor, model or server does not do what the request asks, though another may: no endpoint with tools, no pictures. `isStream`: it
   * gives this account or this request no stream, though it may give a whole answer.
   */
  | { readonly kind: 'unsupported'; readonly status: number; readonly isStream?: true }
  /**
   * The vendor refused the request itself: 400, 413, 415, 422 and any other 4xx that is not above, content policy. `isKnown`: its code or
   * sentence says that the request is at fault. Otherwise nobody here knows the vendor's words, and another provider may see it differently.
   */
  | { readonly kind: 'rejected'; readonly status: number; readonly isKnown?: true }
  /** Bytes that are not this protocol, or an answer that the vendor itself calls malformed. */
  | { readonly kind: 'malformed'; readonly reason: string }
  /** The stream ended without its ending, or without anything. */
  | { readonly kind: 'truncated' }
  /** We stopped it: the caller hung up, or another attempt was faster. */
  | { readonly kind: 'aborted'; readonly by: 'caller' | 'hedge' }
);

/** The kind of a failure: what rules and metrics branch on. */
export type AttemptFailureKind = AttemptFailure['kind'];

/** What the vendor said, for the caller's error and the log. Texts are the vendor's; never branch on them. */
export interface VendorError {
  /** HTTP status, or the status an in-stream error stands for. */
  readonly status: number;
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
  /** What the model wrote where that could not be used, as Groq tells it. The model's words: never logged. */
  readonly failedGeneration?: string;
  /** The vendor's request id. */
  readonly requestId?: string;
  /** Set where the message has words of the request: it goes to the caller alone. */
  readonly quotesRequest?: true;
}

/** One failure in a few words, without any text of the vendor's. */
export function describeFailure(failure: AttemptFailure): string {
  switch (failure.kind) {
    case 'unreachable':
      return `unreachable (${failure.code})`;
    case 'timed-out':
      return `timed out (${failure.phase})`;
    case 'overloaded':
    case 'conflicted':
    case 'misconfigured':
    case 'unsupported':
    case 'rejected':
      return `${failure.kind} (${failure.status})`;
    case 'rate-limited':
      return failure.quota ? 'out of quota' : 'rate-limited';
    case 'malformed':
      return `malformed answer (${failure.reason})`;
    case 'context-exceeded':
      return 'context window exceeded';
    case 'truncated':
      return 'answer truncated';
    case 'aborted':
      return `aborted by the ${failure.by}`;
  }
}

/** What one attempt's failure means for the request and for the deployment. */
export interface FailureVerdict {
  /** Where the request goes: the next candidate, only one with a larger context window, or back to the caller. */
  readonly next: 'next-candidate' | 'larger-window' | 'to-caller';
  /** Whether the same deployment may be asked again for this request, where the route allows such retries. */
  readonly retrySame: boolean;
  /**
   * What it says of the deployment. `failure` counts towards ejection, `rate-limited` ejects until Retry-After, `misconfigured` for
   * long, `none` says nothing.
   */
  readonly blame: 'none' | 'failure' | 'rate-limited' | 'misconfigured';
}

const PASSING: FailureVerdict = { next: 'next-candidate', retrySame: true, blame: 'failure' };

/** The failure table: every kind of failure and what follows from it. */
const VERDICTS = {
  unreachable: PASSING,
  'timed-out': PASSING,
  overloaded: PASSING,
  conflicted: PASSING,
  malformed: PASSING,
  truncated: PASSING,
  'rate-limited': { next: 'next-candidate', retrySame: false, blame: 'rate-limited' },
  misconfigured: { next: 'next-candidate', retrySame: false, blame: 'misconfigured' },
  'context-exceeded': { next: 'larger-window', retrySame: false, blame: 'none' },
  unsupported: { next: 'next-candidate', retrySame: false, blame: 'none' },
  rejected: { next: 'to-caller', retrySame: false, blame: 'none' },
  // Whoever is faster goes on; a caller who has hung up has ended the race already.
  aborted: { next: 'next-candidate', retrySame: false, blame: 'none' },
} as const satisfies Record<AttemptFailure['kind'], FailureVerdict>;

/** What follows from a failure before commit. */
export function failureVerdict(failure: AttemptFailure): FailureVerdict {
  const verdict: FailureVerdict = VERDICTS[failure.kind];
  if (failure.kind !== 'timed-out') {
    return verdict;
  }
  switch (failure.phase) {
    case 'deadline':
      // A caller may set one of milliseconds: that a deployment within its own limits did not meet it is no fault of the deployment's.
      return { ...verdict, retrySame: false, blame: 'none' };
    case 'first-token':
      // It would be waited for in vain twice.
      return { ...verdict, retrySame: false };
    case 'connect':
    case 'stall':
      return verdict;
  }
}

/** Whether a vendor has refused the request in words that nobody here knows. */
export function isUnknownRefusal(failure: AttemptFailure): boolean {
  return failure.kind === 'rejected' && failure.isKnown !== true;
}

/** Vendors' words for a credential, an account or a model that is wrong, in their error codes and types. */
const NAMES_OPERATOR =
  /api_?key|authenticat|credential|token_?expired|expiredtoken|unrecognizedclient|invalid_?client|account|billing|quota|subscription|model_?not_?found|deployment_?not_?found|no_?such_?model/i;

/**
 * Whether the failure may lie in the request: whatever a vendor answers with a status, unless its code names the credential, the account or
 * the model, an answer that is none, a connection that breaks once the request is sent, and silence. A server may give any status for what
 * one request asks: a 402 for the tokens that it may take, a 429 for its size, a 503 for what nobody foresaw; a worker may die of it, and
 * think about it for minutes. That there is no connection at all is no matter of requests.
 */
export function isDoubtful(failure: AttemptFailure): boolean {
  switch (failure.kind) {
    case 'misconfigured':
    case 'rate-limited':
    case 'conflicted':
    case 'overloaded':
      return ![failure.vendor?.code, failure.vendor?.type].some((word) => NAMES_OPERATOR.test(word ?? ''));
    case 'malformed':
    case 'truncated':
    // A wait that was long for the deployment, or else nobody asks.
    case 'aborted':
      return true;
    case 'unreachable':
      return BROKE.has(failure.code);
    case 'timed-out':
      return failure.phase !== 'connect';
    case 'context-exceeded':
    case 'unsupported':
    case 'rejected':
      return false;
  }
}

/** Codes of connections that stood and broke, of Node and undici. */
const BROKE: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);
