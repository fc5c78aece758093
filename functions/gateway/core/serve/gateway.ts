import { badRequest, type GatewayError } from '../model/gateway-error.ts';
import { keyShares, secondOpinions } from '../race/instance-budgets.ts';
import { modelDirectory } from '../routing/model-directory.ts';
import { routingMemory } from '../routing/routing-memory.ts';
import { decisionLog } from '../status/decision-log.ts';
import { hasSurface, LOADED_SURFACES, loadSurface } from '../surfaces/surfaces.ts';
import { jsonBoundsProblem, parseBoundedJson } from '../wire/json.ts';
import { type Call, endStage, ID_DIGITS, newCall } from './call.ts';
import { authenticate, enter } from './caller.ts';
import { chatCall } from './chat.ts';
import { COUNT_TOKENS_PATH, countTokensCall } from './count-tokens-call.ts';
import { embeddingsCall } from './embeddings.ts';
import type { GatewayState } from './gateway-state.ts';
import { keptAnswerMethods } from './kept-answer-path.ts';
import { modelsCall } from './models-call.ts';
import type { GatewayPorts, GatewayRequest, GatewayResponse } from './ports.ts';
import { bugAnswer, errorAnswer, HUNG_UP, jsonAnswer } from './respond.ts';

/** The gateway: one HTTP request in, one response out. Never rejects. */
export type Gateway = (request: GatewayRequest) => Promise<GatewayResponse>;

/** Makes a gateway from its configuration and the adapters it works through. */
export function createGateway(ports: GatewayPorts): Gateway {
  const state = gatewayState(ports);
  return async (request) => {
    const call = newCall(state, request);
    const response = await handle(call).catch((bug: unknown) => bugAnswer(call, bug));
    return request.method === 'HEAD' ? { ...response, body: '' } : response;
  };
}

function gatewayState(ports: GatewayPorts): GatewayState {
  const state = {
    ports,
    directory: modelDirectory(ports.config),
    hedges: { racing: 0 },
    shares: keyShares(ports.clock),
    openCalls: new Map<string, number>(),
    opinions: secondOpinions(),
    routing: routingMemory(),
  };
  return ports.config.statusPage ? { ...state, decisions: decisionLog(ports.randomHex(ID_DIGITS)) } : state;
}

async function handle(arrived: Call): Promise<GatewayResponse> {
  const { method, path, headers } = arrived.request;
  // Nearly always: such a path is no other endpoint's.
  const isLoadedSurface = LOADED_SURFACES.has(path);
  const call = isLoadedSurface ? arrived : await withSurface(arrived);
  const open = isLoadedSurface ? undefined : openEndpointAt(call);
  if (open !== undefined) {
    return await open(call);
  }
  const refusal = headProblem(path, headers) ?? (await authenticate(call));
  if (refusal !== undefined) {
    return errorAnswer(call, refusal);
  }
  const endpoint = isLoadedSurface ? PROMPTS : endpointAt(call);
  if (endpoint?.methods.includes(method) !== true) {
    return await unserved(call, endpoint);
  }
  return 'serve' in endpoint ? await endpoint.serve(call) : await withBody(call, endpoint.serveJson);
}

/** The call with its surface loaded. */
async function withSurface(call: Call): Promise<Call> {
  const { path, headers } = call.request;
  const loading = loadSurface(path, headers);
  return loading === undefined ? call : { ...call, surface: await loading };
}

/** Longer than any path of the gateway's, whatever a model is called. */
const MAX_PATH_CHARS = 2048;
/** As much as Node's server takes by default. Lambda takes less. */
const MAX_HEADER_CHARS = 16 * 1024;

/** What is wrong with the size of a request's path or headers. Looked at before anything else. */
function headProblem(path: string, headers: Readonly<Record<string, string>>): GatewayError | undefined {
  if (path.length > MAX_PATH_CHARS) {
    return tooLongHead(414, 'uri_too_long', `The path is longer than ${MAX_PATH_CHARS} characters.`);
  }
  let chars = 0;
  for (const name in headers) {
    chars += name.length + (headers[name]?.length ?? 0);
  }
  return chars > MAX_HEADER_CHARS
    ? tooLongHead(431, 'headers_too_large', `The headers are larger than ${MAX_HEADER_CHARS} characters together.`)
    : undefined;
}

function tooLongHead(status: number, code: string, message: string): GatewayError {
  return { status, message, type: 'invalid_request_error', code, param: null };
}

/** What such a caller is told is loaded when there is one. */
async function unserved(call: Call, endpoint: Endpoint | undefined): Promise<GatewayResponse> {
  const { method, path } = call.request;
  const { unknownPath, wrongMethod } = await import('./unserved-path.ts');
  const error = endpoint === undefined ? unknownPath(method, path) : wrongMethod(method, path, endpoint.methods);
  return errorAnswer(call, error);
}

/** Serves one call. */
type Serve = (call: Call) => GatewayResponse | Promise<GatewayResponse>;

/** Serves one call whose body is this JSON. */
type ServeJson = (call: Call, json: unknown) => Promise<GatewayResponse>;

/** What is served at a path to who has shown a key. `serveJson`: from the body, and only so many at once. */
type Endpoint = { readonly methods: readonly string[] } & (
  | { readonly serve: Serve }
  | { readonly serveJson: ServeJson }
);

/** There where the configuration turns the status page on. */
const STATUS_PATH = '/status';
const EMBEDDINGS_PATH = '/v1/embeddings';
const MODELS_PATH = '/v1/models';

const MODELS: Endpoint = { methods: ['GET', 'HEAD'], serve: modelsCall };
/** Loaded with the first question for a kept answer. */
async function laterKeptAnswersCall(call: Call): Promise<GatewayResponse> {
  const { ports, openCalls } = call.gateway;
  const refusal = enter(call.log, openCalls, ports.config.limits.callsAtOnce);
  if (refusal !== undefined) {
    return errorAnswer(call, refusal);
  }
  const { keptAnswersCall } = await import('./kept-answers-call.ts');
  return await keptAnswersCall(call);
}

/** Loaded with the first look at the live page. */
const STATUS: Endpoint = {
  methods: ['GET', 'HEAD'],
  serve: async (call) => (await import('./status-call.ts')).statusCall(call),
};

const PROMPTS: Endpoint = { methods: ['POST'], serveJson: chatCall };

/** What else has a body, by its path. */
const OPERATIONS: ReadonlyMap<string, Endpoint> = new Map([
  [COUNT_TOKENS_PATH, { methods: ['POST'], serveJson: countTokensCall }],
  [EMBEDDINGS_PATH, { methods: ['POST'], serveJson: embeddingsCall }],
]);

/** What is served at the call's path to who has shown a key. */
function endpointAt({ gateway, request: { path } }: Call): Endpoint | undefined {
  if (path === STATUS_PATH) {
    return gateway.decisions === undefined ? undefined : STATUS;
  }
  if (hasSurface(path)) {
    return PROMPTS;
  }
  const keptAnswers = keptAnswerMethods(path);
  if (keptAnswers !== undefined) {
    return { methods: keptAnswers, serve: laterKeptAnswersCall };
  }
  return path === MODELS_PATH || path.startsWith(`${MODELS_PATH}/`) ? MODELS : OPERATIONS.get(path);
}

/** What needs no key and tells nothing: `/health`, and the page at `/`, which holds no data. `undefined` for anything else. */
function openEndpointAt({ gateway, request }: Call): Serve | undefined {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (request.path === '/health') {
    return isRead ? (call) => jsonAnswer(call, { status: 'ok' }) : (call) => errorAnswer(call, readOnly());
  }
  const { page, config } = gateway.ports;
  return request.path !== '/' || !isRead || page === undefined || !config.statusPage
    ? undefined
    : async () => ({ ...(await page()), afterEnd: async () => undefined });
}

async function withBody(call: Call, serve: ServeJson): Promise<GatewayResponse> {
  const { gateway, log } = call;
  const { ports, openCalls } = gateway;
  const limited = log.last.authenticated?.limited;
  const refusal =
    (limited && ports.keyLimiter?.refusal(limited)) ?? enter(log, openCalls, ports.config.limits.callsAtOnce);
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

/** The largest body that Lambda takes; the local server holds to the same. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** The JSON of a caller's body, or the error that refuses it. */
type BodyJson =
  | { readonly kind: 'read'; readonly json: unknown }
  | { readonly kind: 'refused'; readonly error: GatewayError };

/** Reads the caller's body as JSON that is neither too long nor too deep. */
async function bodyJson(call: Call): Promise<BodyJson> {
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
  let text: string;
  try {
    text = UTF8.decode(body);
  } catch {
    // What a guess makes of the bytes may be another prompt than the caller's.
    return { kind: 'refused', error: badRequest('The request body is not UTF-8 text.', null) };
  }
  const json = parseBoundedJson(text);
  return json === undefined ? { kind: 'refused', error: notJson(text) } : { kind: 'read', json };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function notJson(text: string): GatewayError {
  const problem = text.trim() === '' ? 'is empty' : 'is not valid JSON';
  return badRequest(`The request body ${problem}: send a JSON object with "model" and what to do with it.`, null);
}

function tooLarge(): GatewayError {
  const message = `The request body exceeds ${MAX_BODY_BYTES} bytes, which is all that AWS Lambda takes. Send large images as URLs.`;
  return { status: 413, message, type: 'invalid_request_error', code: 'request_too_large', param: null };
}

function compressed(): GatewayError {
  const message = 'Compressed request bodies are not read: send the body without content-encoding.';
  return { status: 415, message, type: 'invalid_request_error', code: 'unsupported_content_encoding', param: null };
}
