import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { UpstreamResponse } from '../model/dial.ts';
import { parseJson } from '../wire/json.ts';
import { readBody } from './response-body.ts';

/** The largest body that is read: far above two thousand vectors as decimal numbers, far below the function's memory. */
const MAX_BODY_BYTES = 128 * 1024 * 1024;

/** The JSON of a response, or why it could not be read. */
export type ResponseJson =
  | { readonly kind: 'read'; readonly json: unknown }
  | { readonly kind: 'failed'; readonly failure: AttemptFailure };

/** Reads a response's whole body as JSON. Never rejects. */
export async function responseJson(response: UpstreamResponse, signal: AbortSignal): Promise<ResponseJson> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let size = 0;
  const failure = await readBody(response.body, signal, (piece) => {
    parts.push(decoder.decode(piece, { stream: true }));
    size += piece.length;
    return size <= MAX_BODY_BYTES;
  });
  if (failure !== undefined) {
    return { kind: 'failed', failure };
  }
  return size > MAX_BODY_BYTES ? malformed(`a body over ${MAX_BODY_BYTES} bytes`) : parsed(parts.join(''));
}

function parsed(text: string): ResponseJson {
  if (text === '') {
    return { kind: 'failed', failure: { kind: 'truncated' } };
  }
  const json = parseJson(text);
  return json === undefined ? malformed('a body that is not JSON') : { kind: 'read', json };
}

function malformed(reason: string): ResponseJson {
  return { kind: 'failed', failure: { kind: 'malformed', reason } };
}
