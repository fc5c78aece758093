import type { GatewayError } from '../model/gateway-error.ts';
import { surfaceAt } from '../surfaces/surfaces.ts';
import { standingRefusal } from './admit.ts';
import { bodyJson } from './body-json.ts';
import type { Call } from './call.ts';
import { chatCall } from './chat.ts';
import { COUNT_TOKENS_PATH, countTokensCall } from './count-tokens-call.ts';
import { embeddingsCall } from './embeddings.ts';
import { modelsCall } from './models-call.ts';
import type { GatewayResponse } from './ports.ts';
import { errorAnswer, jsonAnswer } from './respond.ts';
import { STATUS_PATH, statusCall } from './status-call.ts';

/** Serves one call. */
export type Serve = (call: Call) => GatewayResponse | Promise<GatewayResponse>;

/** What is served at a path to who has shown a key. */
export interface Endpoint {
  readonly methods: readonly string[];
  readonly serve: Serve;
}

const EMBEDDINGS_PATH = '/v1/embeddings';
const MODELS_PATH = '/v1/models';

const MODELS: Endpoint = { methods: ['GET'], serve: modelsCall };
const STATUS: Endpoint = { methods: ['GET', 'HEAD'], serve: statusCall };

const PROMPTS: Endpoint = { methods: ['POST'], serve: (call) => withBody(call, chatCall) };

/** What else has a body, by its path. */
const OPERATIONS: ReadonlyMap<string, Endpoint> = new Map([
  [COUNT_TOKENS_PATH, { methods: ['POST'], serve: (call) => withBody(call, countTokensCall) }],
  [EMBEDDINGS_PATH, { methods: ['POST'], serve: (call) => withBody(call, embeddingsCall) }],
]);

/** What is served at the call's path to who has shown a key. */
export function endpointAt({ gateway, request: { path } }: Call): Endpoint | undefined {
  if (path === STATUS_PATH) {
    return gateway.decisions === undefined ? undefined : STATUS;
  }
  if (surfaceAt(path) !== undefined) {
    return PROMPTS;
  }
  return path === MODELS_PATH || path.startsWith(`${MODELS_PATH}/`) ? MODELS : OPERATIONS.get(path);
}

/** What needs no key and tells nothing: `/health`, and the page at `/`, which holds no data. `undefined` for anything else. */
export function openEndpointAt({ gateway, request }: Call): Serve | undefined {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (request.path === '/health') {
    return isRead ? (call) => jsonAnswer(call, { status: 'ok' }) : (call) => errorAnswer(call, readOnly());
  }
  const { page, config } = gateway.ports;
  return request.path !== '/' || !isRead || page === undefined || !config.statusPage
    ? undefined
    : async () => ({ ...(await page()), afterEnd: async () => undefined });
}

async function withBody(
  call: Call,
  serve: (call: Call, json: unknown) => Promise<GatewayResponse>,
): Promise<GatewayResponse> {
  const refusal = standingRefusal(call);
  if (refusal !== undefined) {
    return errorAnswer(call, refusal);
  }
  const body = await bodyJson(call);
  return body.kind === 'refused' ? errorAnswer(call, body.error) : await serve(call, body.json);
}

function readOnly(): GatewayError {
  const message = 'The health is only read: use GET.';
  const headers = { allow: 'GET, HEAD' };
  return { status: 405, message, type: 'invalid_request_error', code: 'method_not_allowed', param: null, headers };
}
