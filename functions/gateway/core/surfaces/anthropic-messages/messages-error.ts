import type { GatewayError } from '../../model/gateway-error.ts';
import type { JsonObject } from '../../wire/json.ts';
import { THREAD_NOT_FOUND } from './message-threads.ts';

/** Where Anthropic's clients look for the id of a request. */
export const REQUEST_ID_HEADER = 'request-id';

/** The JSON text of an error's body, and of the `data:` of an error event, in Anthropic's shape. */
export function errorJson(error: GatewayError, requestId: string): string {
  return JSON.stringify({
    type: 'error',
    error: { type: errorType(error), message: errorMessage(error), ...threadDetails(error) },
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

/** What Anthropic's SDKs look for, to send a conversation once more that is not held. */
function threadDetails({ code }: GatewayError): JsonObject {
  return code === THREAD_NOT_FOUND ? { details: { error_code: code } } : {};
}
