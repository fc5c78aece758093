import { modelDirectory } from '../config/resolve-model.ts';
import type { GatewayError } from '../http/gateway-error.ts';
import { headProblem } from '../http/head-limits.ts';
import { allowedModels } from '../keys/allowed-models.ts';
import { traceContext } from '../trace/trace-context.ts';
import { standingRefusal } from './admit-call.ts';
import { errorAnswer, jsonAnswer } from './answer.ts';
import { bodyJson } from './body-json.ts';
import type { Call } from './call.ts';
import { authenticate } from './caller-key.ts';
import { chatCall } from './chat-call.ts';
import { newProgress } from './chat-progress.ts';
import { embeddingsCall } from './embeddings-call.ts';
import type { GatewayState } from './gateway-state.ts';
import { modelsCall } from './models-call.ts';
import type { GatewayPorts, GatewayRequest, GatewayResponse } from './ports.ts';

/** The gateway: one HTTP request in, one response out. Never rejects but for a bug. */
export type Gateway = (request: GatewayRequest) => Promise<GatewayResponse>;

const CHAT_PATH = '/v1/chat/completions';
const EMBEDDINGS_PATH = '/v1/embeddings';

/** Makes a gateway from its configuration and the adapters it works through. */
export function createGateway(ports: GatewayPorts): Gateway {
  const state: GatewayState = { ports, directory: modelDirectory(ports.config), hedges: { racing: 0 } };
  return (request) => {
    const { clock } = ports;
    const startedAtMs = clock.nowMs();
    const trace = traceContext(request.headers, ports.randomHex);
    const call: Call = { requestId: ports.newId(), request, startedAtMs, clock, trace, stages: [], callerMs: 0 };
    return handle(state, call);
  };
}

async function handle(state: GatewayState, call: Call): Promise<GatewayResponse> {
  const { method, path } = call.request;
  if (path === '/health' && method === 'GET') {
    return jsonAnswer(state, call, newProgress('other'), { status: 'ok' });
  }
  const refusal = headProblem(path, call.request.headers) ?? (await authenticate(state, call));
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
  const own = { ...state, directory: allowedModels(state.directory, call.key?.limits?.models) };
  return method === 'GET' ? modelsCall(own, call) : withBody(own, call);
}

async function withBody(state: GatewayState, call: Call): Promise<GatewayResponse> {
  const refusal = standingRefusal(state, call);
  if (refusal !== undefined) {
    return refuse(state, call, refusal);
  }
  const body = await bodyJson(call);
  if (body.kind === 'refused') {
    return refuse(state, call, body.error);
  }
  const serve = call.request.path === EMBEDDINGS_PATH ? embeddingsCall : chatCall;
  return serve(state, call, body.json);
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
