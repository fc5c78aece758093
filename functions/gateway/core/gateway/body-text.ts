import { badRequest, type GatewayError } from '../http/gateway-error.ts';
import { bodyFormProblem } from '../http/head-limits.ts';
import { jsonBoundsProblem } from '../http/json-bounds.ts';
import { type Call, endStage } from './call.ts';

/** The largest body that Lambda takes; the local server holds to the same. */
export const MAX_BODY_BYTES = 6 * 1024 * 1024;

export type BodyText =
  | { readonly kind: 'read'; readonly text: string }
  | { readonly kind: 'refused'; readonly error: GatewayError };

/** Reads the caller's body as text that is safe to parse as JSON: neither too long nor too deep. */
export async function bodyText(call: Call): Promise<BodyText> {
  const formProblem = bodyFormProblem(call.request.headers);
  if (formProblem !== undefined) {
    return { kind: 'refused', error: formProblem };
  }
  const beganMs = call.clock.nowMs();
  const body = await call.request.readBody(MAX_BODY_BYTES);
  call.callerMs = endStage(call, 'body', beganMs) - beganMs;
  if (body === 'too-large' || body === 'hung-up') {
    return { kind: 'refused', error: body === 'too-large' ? tooLarge() : hungUp() };
  }
  const boundsProblem = jsonBoundsProblem(body);
  if (boundsProblem !== undefined) {
    return { kind: 'refused', error: badRequest(boundsProblem, null) };
  }
  const text = decoded(body);
  return text === undefined
    ? { kind: 'refused', error: badRequest('The request body is not UTF-8 text.', null) }
    : { kind: 'read', text };
}

/** `undefined` where the bytes are no UTF-8: what a guess makes of them may be another prompt than the caller's. */
function decoded(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function tooLarge(): GatewayError {
  const message = `The request body exceeds ${MAX_BODY_BYTES} bytes, which is all that AWS Lambda takes. Send large images as URLs.`;
  return { status: 413, message, type: 'invalid_request_error', code: 'request_too_large', param: null };
}

function hungUp(): GatewayError {
  const message = 'The connection closed before the request body had arrived.';
  return { status: 400, message, type: 'invalid_request_error', code: 'incomplete_body', param: null };
}
