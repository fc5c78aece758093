import type { GatewayError } from '../model/gateway-error.ts';

/** The answer to a caller who has left before it: for the log alone. The status is the one that web servers log for this. */
export const HUNG_UP: GatewayError = {
  status: 499,
  message: 'The caller hung up before the answer.',
  type: 'invalid_request_error',
  code: 'caller_hung_up',
  param: null,
};
