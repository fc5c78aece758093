import { modelDirectory } from '../config/resolve-model.ts';
import type { GatewayError } from '../http/gateway-error.ts';
import { errorAnswer, jsonAnswer } from './answer.ts';
import { type Call, endStage } from './call.ts';
import { chatCall } from './chat-call.ts';
import { newProgress } from './chat-progress.ts';
import { embeddingsCall } from './embeddings-call.ts';
import type { GatewayState } from './gateway-state.ts';
import { modelsCall } from './models-call.ts';
import type { GatewayPorts, GatewayRequest, GatewayResponse } from './ports.ts';

/** The gateway: one HTTP request in, one response out. Never rejects but for a bug. */
export type Gateway = (request: GatewayRequest) => Promise<GatewayResponse>;

/** The largest body that Lambda takes; the local server holds to the same. */
export const MAX_BODY_BYTES = 6 * 1024 * 1024;

const CHAT_PATH = '/v1/chat/completions';
const EMBEDDINGS_PATH = '/v1/embeddings';

/** Makes a gateway from its configuration and the adapters it works through. */
export function createGateway(ports: GatewayPorts): Gateway {
  const state: GatewayState = { ports, directory: modelDirectory(ports.config), hedges: { racing: 0 } };
  return (request) => {
    const startedAtMs = ports.clock.nowMs();
    const call: Call = { requestId: ports.newId(), request, startedAtMs, clock: ports.clock, stages: [], callerMs: 0 };
    return handle(state, call);
  };
}

async function handle(state: GatewayState, call: Call): Promise<GatewayResponse> {
  const { method, path } = call.request;
  if (path === '/health' && method === 'GET') {
    return jsonAnswer(state, call, newProgress('other'), { status: 'ok' });
  }
  const refusal = await authenticate(state, call);
  if (refusal !== undefined) {
    return refuse(state, call, refusal);
  }
  const allowed = allowedMethod(path);
  if (allowed === undefined) {
    return refuse(state, call, unknownPath(method, path));
  }
  if (allowed !== method) {
    return refuse(state, call, wrongMethod(method, path, allowed));
  }
  return method === 'GET' ? modelsCall(state, call) : withBody(state, call);
}

async function withBody(state: GatewayState, call: Call): Promise<GatewayResponse> {
  const beganMs = call.clock.nowMs();
  const body = await call.request.readBody(MAX_BODY_BYTES);
  call.callerMs = endStage(call, 'body', beganMs) - beganMs;
  if (body === 'too-large') {
    return refuse(state, call, tooLarge());
  }
  if (body === 'hung-up') {
    return refuse(state, call, hungUp());
  }
  const text = new TextDecoder().decode(body);
  return call.request.path === EMBEDDINGS_PATH ? embeddingsCall(state, call, text) : chatCall(state, call, text);
}

async function authenticate({ ports }: GatewayState, call: Call): Promise<GatewayError | undefined> {
  const beganMs = call.clock.nowMs();
  const shown = bearerToken(call.request.headers);
  const key = shown === undefined ? undefined : await ports.authenticate(shown);
  endStage(call, 'auth', beganMs);
  if (key !== undefined) {
    call.keyName = key.name;
    return undefined;
  }
  return shown === undefined ? noKey() : unknownKey();
}

/** OpenAI's clients send the key as a bearer token; `x-api-key` serves tools that cannot. */
function bearerToken(headers: Readonly<Record<string, string>>): string | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return token ?? headers['x-api-key'];
}

function allowedMethod(path: string): 'GET' | 'POST' | undefined {
  if (path === CHAT_PATH || path === EMBEDDINGS_PATH) {
    return 'POST';
  }
  return path === '/v1/models' || path.startsWith('/v1/models/') ? 'GET' : undefined;
}

function refuse(state: GatewayState, call: Call, error: GatewayError): GatewayResponse {
  return errorAnswer(state, call, newProgress('other'), error);
}

const MAX_SHOWN_CHARS = 200;

function shown(text: string): string {
  return JSON.stringify(text.slice(0, MAX_SHOWN_CHARS));
}

function unknownPath(method: string, path: string): GatewayError {
  const message = `There is no ${method.slice(0, MAX_SHOWN_CHARS)} ${shown(path)}. There are POST ${CHAT_PATH}, POST ${EMBEDDINGS_PATH}, GET /v1/models and GET /health: set the client's base_url to the gateway's URL with /v1.`;
  return { status: 404, message, type: 'invalid_request_error', code: 'unknown_url', param: null };
}

function wrongMethod(method: string, path: string, allowed: string): GatewayError {
  const message = `${method.slice(0, MAX_SHOWN_CHARS)} is not allowed at ${shown(path)}: use ${allowed}.`;
  const headers = { allow: allowed };
  return { status: 405, message, type: 'invalid_request_error', code: 'method_not_allowed', param: null, headers };
}

function tooLarge(): GatewayError {
  const message = `The request body exceeds ${MAX_BODY_BYTES} bytes, which is all that AWS Lambda takes. Send large images as URLs.`;
  return { status: 413, message, type: 'invalid_request_error', code: 'request_too_large', param: null };
}

function hungUp(): GatewayError {
  const message = 'The connection closed before the request body had arrived.';
  return { status: 400, message, type: 'invalid_request_error', code: 'incomplete_body', param: null };
}

function noKey(): GatewayError {
  const message = 'No API key was sent. Put a NemoRouter key in the header "Authorization: Bearer nemo_...".';
  return { status: 401, message, type: 'invalid_request_error', code: 'missing_api_key', param: null };
}

function unknownKey(): GatewayError {
  const message = 'This API key is not known here. Use a key that the operator of this NemoRouter has created.';
  return { status: 401, message, type: 'invalid_request_error', code: 'invalid_api_key', param: null };
}
