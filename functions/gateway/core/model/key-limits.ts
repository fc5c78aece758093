/** What one key may do. What is absent is not limited. */
export interface KeyLimits {
  /** Names that its requests may give as `model`: routes, deployments' ids or vendor model ids. */
  readonly models?: readonly string[];
  readonly requestsPerMinute?: number;
  /** Prompt and answer together. */
  readonly tokensPerMinute?: number;
  /** US dollars in a calendar month, UTC. */
  readonly usdPerMonth?: number;
  /** Calls under way at once, of each instance. */
  readonly callsAtOnce?: number;
}

/** How limits are kept, for all keys. */
export interface LimitSettings {
  /** The longest that a request waits for DynamoDB to admit it, in milliseconds. */
  readonly storeTimeoutMs: number;
  /** Without DynamoDB: go on within each instance's local allowance, or refuse the requests of limited keys. */
  readonly whenUnavailable: 'allow' | 'refuse';
  /** The share (0 to 1) of a key's limits that one instance allows by itself while DynamoDB does not answer. */
  readonly localShare: number;
  /** Calls that a key may have under way at once, of each instance, where its own limits say nothing. */
  readonly callsAtOnce: number;
  /** What is reserved for an answer whose length the request does not limit, in tokens. */
  readonly assumedOutputTokens: number;
}
