/** How a simulated vendor is doing. */
export type Condition =
  | { readonly kind: 'healthy' }
  /** Everything takes `factor` times as long. */
  | { readonly kind: 'slow'; readonly factor: number }
  /** Connections are reset. */
  | { readonly kind: 'down' }
  /** Every call is answered with this status and the vendor's body for it. */
  | { readonly kind: 'failing'; readonly status: number }
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number }
  /** Connections are taken and calls read, but nothing is ever answered. */
  | { readonly kind: 'silent' }
  /** Answers break off in the middle. */
  | { readonly kind: 'cutting' };
