/** An error for the caller, in OpenAI's words and with the status OpenAI uses. Each surface gives it its own shape. */
export interface GatewayError {
  readonly status: number;
  readonly message: string;
  readonly type:
    | 'invalid_request_error'
    | 'authentication_error'
    | 'permission_error'
    | 'rate_limit_error'
    | 'server_error'
    | 'insufficient_quota';
  readonly code: string | null;
  /** The field to change, as `messages[1].content`. */
  readonly param: string | null;
  /** What the model wrote where that could not be used: callers mend it, or tell the model. */
  readonly failedGeneration?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that the caller must change. */
export function badRequest(message: string, param: string | null, code: string | null = null): GatewayError {
  return { status: 400, message, type: 'invalid_request_error', code, param };
}
