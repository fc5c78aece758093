import type { GatewayError } from '../model/gateway-error.ts';

const CHAT_PATH = '/v1/chat/completions';

/** The longest piece of a caller's method or path that is repeated. */
const MAX_SHOWN_CHARS = 200;

/** APIs that this gateway does not have, by how their paths begin, and what to do in place of asking for them here. */
const ABSENT: readonly (readonly [begins: RegExp, advice: string])[] = [
  [/^\/v1\/responses\/[^/]+\/cancel\b/, 'It answers while the caller waits: end the request, and it is cancelled.'],
  [/^\/v1\/responses\/compact\b/, 'It compacts no conversations: send less of it as input to POST /v1/responses.'],
  [/^\/v1\/responses\/input_tokens\b/, 'It counts no tokens for this API: POST /v1/messages/count_tokens does.'],
  [/^\/v1\/responses\/./, 'An answer that is kept is at GET /v1/responses/{id}, where the id begins with resp_.'],
  [
    /^\/v1\/conversations\b/,
    'This gateway keeps no conversations: send all of it as input to POST /v1/responses, or go on by previous_response_id where the operator has answers kept (responses.keepDays).',
  ],
  [
    /^\/v1\/audio\b/,
    `It serves no speech: ask the vendor for it, or send sound as a content part to POST ${CHAT_PATH}.`,
  ],
  [/^\/v1\/messages\/batches\b/, 'It has no batches: send each request by itself to POST /v1/messages.'],
  [/^\/v1\/messages\/./, 'There are POST /v1/messages and POST /v1/messages/count_tokens.'],
  [/^\/v1\/complete$/, 'It does not speak this older API: use POST /v1/messages.'],
  [/^\/v1\/(?:agents|environments|sessions|vaults|memory_stores)\b/, 'It runs no agents: use POST /v1/messages.'],
  [/^\/v1\/images\b/, `It makes no images: ask the vendor for them. Images are understood by POST ${CHAT_PATH}.`],
  [/^\/v1\/videos\b/, 'It makes no videos: ask the vendor for them.'],
  [/^\/v1\/moderations\b/, 'It does not moderate: ask the vendor for it.'],
  [
    /^\/v1\/(?:files|uploads|containers)\b/,
    `It keeps no files: send them as base64 data within POST ${CHAT_PATH}, /v1/responses or /v1/messages.`,
  ],
  [/^\/v1\/batches\b/, `It has no batches: send each request by itself to POST ${CHAT_PATH}.`],
  [
    /^\/v1\/vector_stores\b/,
    'It keeps no vectors: take them from POST /v1/embeddings and keep them in a store of yours.',
  ],
  [/^\/v1\/(?:assistants|threads)\b/, 'It has no assistants: use POST /v1/responses.'],
  [/^\/v1\/realtime\b/, `It has no realtime connections: use POST ${CHAT_PATH} with "stream": true.`],
  [/^\/v1\/(?:rerank|fine_tuning|evals|skills|chatkit)\b/, 'Ask the vendor for it.'],
  [/^\/v1beta\//, `It does not speak Gemini's API: use POST ${CHAT_PATH} with an OpenAI client.`],
];

/** What is wrong with a path at which nothing is served. */
export function unknownPath(method: string, path: string): GatewayError {
  const advice = ABSENT.find(([begins]) => begins.test(path))?.[1];
  const message = `There is no ${method.slice(0, MAX_SHOWN_CHARS)} ${shown(path)}. ${advice ?? WHAT_THERE_IS}`;
  return { status: 404, message, type: 'invalid_request_error', code: 'unknown_url', param: null };
}

const WHAT_THERE_IS = `There are POST ${CHAT_PATH}, POST /v1/responses, POST /v1/messages, POST /v1/completions, POST /v1/embeddings, GET /v1/models and GET /health: set the client's base_url to the gateway's URL with /v1.`;

/** What is wrong with a method that is not served at a path. */
export function wrongMethod(method: string, path: string, allowed: readonly string[]): GatewayError {
  if (path === '/v1/responses' && method === 'GET') {
    return noWebSocket();
  }
  const message = `${method.slice(0, MAX_SHOWN_CHARS)} is not allowed at ${shown(path)}: use ${allowed.join(' or ')}.`;
  const headers = { allow: allowed.join(', ') };
  return { status: 405, message, type: 'invalid_request_error', code: 'method_not_allowed', param: null, headers };
}

/** Clients that ask for a WebSocket go on over HTTP at once after a 426; after a 404 or a 405 they try for long. */
function noWebSocket(): GatewayError {
  const message = 'This gateway has no WebSocket at /v1/responses: send POST /v1/responses with "stream": true.';
  const headers = { allow: 'POST' };
  return { status: 426, message, type: 'invalid_request_error', code: 'websocket_not_supported', param: null, headers };
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, MAX_SHOWN_CHARS));
}
