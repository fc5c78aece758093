import type { GatewayError } from '../../model/gateway-error.ts';

/** The JSON text of an error's body, and of the `data:` of an error event, in Anthropic's shape. */
export function errorJson(error: GatewayError, requestId: string): string {
  return JSON.stringify({
    type: 'error',
    error: { type: errorType(error), message: errorMessage(error) },
    request_id: requestId,
  });
}

/** The status that Anthropic gives to the same error. */
export function errorStatus({ status, code }: GatewayError): number {
  return code === 'overloaded' ? OVERLOADED : status;
}

const OVERLOADED = 529;

const TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
  [OVERLOADED, 'overloaded_error'],
]);

/** Source: Anthropic API reference, "Errors". */
function errorType(error: GatewayError): string {
  const status = errorStatus(error);
  return TYPES.get(status) ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}

/** Clients shorten a conversation where they read these words, which other vendors do not say. */
function errorMessage({ code, message }: GatewayError): string {
  const isTooLong = code === 'context_length_exceeded' && !/prompt is too long/i.test(message);
  return isTooLong ? `prompt is too long: ${message}` : message;
}
