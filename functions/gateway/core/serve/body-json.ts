import { badRequest, type GatewayError } from '../model/gateway-error.ts';
import { parseJson } from '../wire/json.ts';
import { jsonBoundsProblem } from '../wire/json-bounds.ts';
import { type Call, endStage } from './call.ts';
import { HUNG_UP } from './respond.ts';

/** The largest body that Lambda takes; the local server holds to the same. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** The JSON of a caller's body, or the error that refuses it. */
export type BodyJson =
  | { readonly kind: 'read'; readonly json: unknown }
  | { readonly kind: 'refused'; readonly error: GatewayError };

/** Reads the caller's body as JSON that is neither too long nor too deep. */
export async function bodyJson(call: Call): Promise<BodyJson> {
  const encoding = call.request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    return { kind: 'refused', error: compressed() };
  }
  const beganMs = call.gateway.ports.clock.nowMs();
  const body = await call.request.readBody(MAX_BODY_BYTES);
  call.log.add({ kind: 'body', waitedMs: endStage(call, 'body', beganMs) - beganMs });
  if (body === 'too-large' || body === 'hung-up') {
    return { kind: 'refused', error: body === 'too-large' ? tooLarge() : HUNG_UP };
  }
  const boundsProblem = jsonBoundsProblem(body);
  if (boundsProblem !== undefined) {
    return { kind: 'refused', error: badRequest(boundsProblem, null) };
  }
  const text = decoded(body);
  if (text === undefined) {
    return { kind: 'refused', error: badRequest('The request body is not UTF-8 text.', null) };
  }
  const json = parseJson(text);
  return json === undefined ? { kind: 'refused', error: notJson(text) } : { kind: 'read', json };
}

function notJson(text: string): GatewayError {
  const problem = text.trim() === '' ? 'is empty' : 'is not valid JSON';
  return badRequest(`The request body ${problem}: send a JSON object with "model" and what to do with it.`, null);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** `undefined` where the bytes are no UTF-8: what a guess makes of them may be another prompt than the caller's. */
function decoded(body: Uint8Array): string | undefined {
  try {
    return UTF8.decode(body);
  } catch {
    return undefined;
  }
}

function tooLarge(): GatewayError {
  const message = `The request body exceeds ${MAX_BODY_BYTES} bytes, which is all that AWS Lambda takes. Send large images as URLs.`;
  return { status: 413, message, type: 'invalid_request_error', code: 'request_too_large', param: null };
}

function compressed(): GatewayError {
  const message = 'Compressed request bodies are not read: send the body without content-encoding.';
  return { status: 415, message, type: 'invalid_request_error', code: 'unsupported_content_encoding', param: null };
}
