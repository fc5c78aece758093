import type { GatewayError } from '../model/gateway-error.ts';
import { type Call, endStage } from './call.ts';

/**
 * Finds out whose key the caller has shown, and notes it in the call's log. Every key that is not good gets the same answer, be it malformed,
 * unknown, expired or revoked.
 */
export async function authenticate(call: Call): Promise<GatewayError | undefined> {
  const { ports } = call.gateway;
  const beganMs = ports.clock.nowMs();
  const shown = shownKey(call.request.headers);
  const key = shown === undefined ? undefined : await ports.authenticate(shown);
  const nowMs = endStage(call, 'auth', beganMs);
  if (key === 'unavailable') {
    return unavailable();
  }
  if (key === undefined || (key.expiresAtMs ?? Infinity) <= nowMs) {
    return shown === undefined ? noKey() : unknownKey();
  }
  call.log.add({ kind: 'authenticated', key });
  return undefined;
}

/** OpenAI's clients send the key as a bearer token; `x-api-key` serves tools that cannot. */
function shownKey(headers: Readonly<Record<string, string>>): string | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return token ?? headers['x-api-key'];
}

function noKey(): GatewayError {
  const message = 'No API key was sent. Put a NemoRouter key in the header "Authorization: Bearer nemo_...".';
  return { status: 401, message, type: 'invalid_request_error', code: 'missing_api_key', param: null };
}

function unknownKey(): GatewayError {
  const message = 'This API key is not known here. Use a key that the operator of this NemoRouter has created.';
  return { status: 401, message, type: 'invalid_request_error', code: 'invalid_api_key', param: null };
}

function unavailable(): GatewayError {
  const message = 'This API key cannot be checked at the moment. Try again.';
  const headers = { 'retry-after': '1' };
  return { status: 503, message, type: 'server_error', code: 'authentication_unavailable', param: null, headers };
}
