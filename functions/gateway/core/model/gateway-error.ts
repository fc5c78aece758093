/** An error as the caller sees it: OpenAI's shape, with the status OpenAI uses. */
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
  readonly headers?: Readonly<Record<string, string>>;
}

/** The JSON text of an error's body, and of the `data:` of an error event. */
export function errorJson({ message, type, param, code }: GatewayError): string {
  return JSON.stringify({ error: { message, type, param, code } });
}

/** A request that the caller must change. */
export function badRequest(message: string, param: string | null, code: string | null = null): GatewayError {
  return { status: 400, message, type: 'invalid_request_error', code, param };
}
