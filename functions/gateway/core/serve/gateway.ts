import type { GatewayError } from '../model/gateway-error.ts';
import type { RequestRecord } from '../model/request-record.ts';
import { allowedModels } from '../routing/allowed-models.ts';
import { modelDirectory } from '../routing/model-directory.ts';
import { routingMemory } from '../routing/route-memory.ts';
import { decisionLog } from '../status/decision-log.ts';
import { surfaceAt, surfaceLike } from '../surfaces/surfaces.ts';
import { traceContext } from '../trace/trace-context.ts';
import { standingRefusal } from './admit-call.ts';
import { errorAnswer } from './answer.ts';
import { bodyJson } from './body-json.ts';
import { bugAnswer } from './bug-answer.ts';
import { type Call, endStage } from './call.ts';
import { authenticate } from './caller-key.ts';
import { chatCall } from './chat-call.ts';
import { newProgress } from './chat-progress.ts';
import { resumeConversation } from './conversation.ts';
import { COUNT_TOKENS_PATH, countTokensCall } from './count-tokens-call.ts';
import { embeddingsCall } from './embeddings-call.ts';
import type { GatewayState } from './gateway-state.ts';
import { headProblem } from './head-limits.ts';
import { keptAnswerMethods, keptAnswersCall } from './kept-answers-call.ts';
import { modelsCall } from './models-call.ts';
import { openCall } from './open-call.ts';
import type { GatewayPorts, GatewayRequest, GatewayResponse } from './ports.ts';
import { STATUS_PATH, statusCall } from './status-call.ts';
import { unknownPath, wrongMethod } from './unserved-path.ts';

/** The gateway: one HTTP request in, one response out. Never rejects. */
export type Gateway = (request: GatewayRequest) => Promise<GatewayResponse>;

const EMBEDDINGS_PATH = '/v1/embeddings';

/** What is served at a path to who has shown a key. */
interface Endpoint {
  readonly methods: readonly string[];
  readonly serve: (state: GatewayState, call: Call) => GatewayResponse | Promise<GatewayResponse>;
}

const PROMPTS: Endpoint = { methods: ['POST'], serve: (state, call) => withBody(state, call, promptCall) };
const EMBEDDINGS: Endpoint = { methods: ['POST'], serve: (state, call) => withBody(state, call, embeddingsCall) };
const TOKEN_COUNTS: Endpoint = { methods: ['POST'], serve: (state, call) => withBody(state, call, countTokensCall) };
const MODELS: Endpoint = { methods: ['GET'], serve: (state, call) => modelsCall(withAllowedModels(state, call), call) };
const STATUS: Endpoint = { methods: ['GET', 'HEAD'], serve: statusCall };

/** Makes a gateway from its configuration and the adapters it works through. */
export function createGateway(ports: GatewayPorts): Gateway {
  const state = gatewayState(ports);
  return async (request) => {
    const { clock } = ports;
    const startedAtMs = clock.nowMs();
    const trace = traceContext(request.headers, ports.randomHex);
    const about = {
      requestId: ports.newId(),
      request,
      startedAtMs,
      clock,
      trace,
      surface: surfaceLike(request.path, request.headers),
    };
    const call: Call = { ...about, stages: [], callerMs: 0 };
    const response = await handle(state, call).catch((bug: unknown) => bugAnswer(state, call, bug));
    return request.method === 'HEAD' ? { ...response, body: '' } : response;
  };
}

function gatewayState(ports: GatewayPorts): GatewayState {
  const state = { ports, directory: modelDirectory(ports.config), hedges: { racing: 0 }, routing: routingMemory() };
  if (!ports.config.statusPage) {
    return state;
  }
  const decisions = decisionLog(ports.newId());
  const onRecord = (record: RequestRecord): void => {
    decisions.add(record);
    ports.onRecord(record);
  };
  return { ...state, ports: { ...ports, onRecord }, decisions };
}

async function handle(state: GatewayState, call: Call): Promise<GatewayResponse> {
  const { method, path } = call.request;
  const open = await openCall(state, call);
  if (open !== undefined) {
    return open;
  }
  const refusal = headProblem(path, call.request.headers) ?? (await authenticate(state, call));
  if (refusal !== undefined) {
    return refuse(state, call, refusal);
  }
  const endpoint = endpointAt(state, path);
  if (endpoint === undefined) {
    return refuse(state, call, unknownPath(method, path));
  }
  return endpoint.methods.includes(method)
    ? endpoint.serve(state, call)
    : refuse(state, call, wrongMethod(method, path, endpoint.methods));
}

function endpointAt({ decisions }: GatewayState, path: string): Endpoint | undefined {
  if (surfaceAt(path) !== undefined) {
    return PROMPTS;
  }
  const keptAnswers = keptAnswerMethods(path);
  if (keptAnswers !== undefined) {
    return { methods: keptAnswers, serve: keptAnswersCall };
  }
  switch (path) {
    case COUNT_TOKENS_PATH:
      return TOKEN_COUNTS;
    case EMBEDDINGS_PATH:
      return EMBEDDINGS;
    case STATUS_PATH:
      return decisions === undefined ? undefined : STATUS;
    default:
      return path === '/v1/models' || path.startsWith('/v1/models/') ? MODELS : undefined;
  }
}

/** A prompt, with what is kept of its conversation before it. */
async function promptCall(state: GatewayState, call: Call, json: unknown): Promise<GatewayResponse> {
  const { surface, request, key } = call;
  const beganMs = call.clock.nowMs();
  const resumed = await resumeConversation({ surface, request, key, answers: state.ports.answers }, json);
  if (resumed.kind === 'refused') {
    return refuse(state, call, resumed.error);
  }
  if (resumed.conversation?.previous !== undefined) {
    endStage(call, 'conversation', beganMs);
  }
  Object.assign(call, { conversation: resumed.conversation });
  return chatCall(state, call, resumed.json);
}

async function withBody(state: GatewayState, call: Call, serve: typeof chatCall): Promise<GatewayResponse> {
  const refusal = standingRefusal(state, call);
  if (refusal !== undefined) {
    return refuse(state, call, refusal);
  }
  const body = await bodyJson(call);
  return body.kind === 'refused'
    ? refuse(state, call, body.error)
    : serve(withAllowedModels(state, call), call, body.json);
}

function withAllowedModels(state: GatewayState, call: Call): GatewayState {
  return { ...state, directory: allowedModels(state.directory, call.key?.limits?.models) };
}

function refuse(state: GatewayState, call: Call, error: GatewayError): GatewayResponse {
  return errorAnswer(state, call, newProgress('other'), error);
}
