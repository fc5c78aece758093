import { modelDirectory } from '../routing/model-directory.ts';
import { routingMemory } from '../routing/route-memory.ts';
import { decisionLog } from '../status/decision-log.ts';
import { authenticate } from './authenticate.ts';
import { type Call, newCall } from './call.ts';
import { endpointAt, openEndpointAt } from './endpoints.ts';
import type { GatewayState } from './gateway-state.ts';
import { headProblem } from './head.ts';
import type { GatewayPorts, GatewayRequest, GatewayResponse } from './ports.ts';
import { bugAnswer, errorAnswer } from './respond.ts';
import { unknownPath, wrongMethod } from './unserved-path.ts';

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
  const state = { ports, directory: modelDirectory(ports.config), hedges: { racing: 0 }, routing: routingMemory() };
  return ports.config.statusPage ? { ...state, decisions: decisionLog(ports.newId()) } : state;
}

async function handle(call: Call): Promise<GatewayResponse> {
  const { method, path, headers } = call.request;
  const open = openEndpointAt(call);
  if (open !== undefined) {
    return await open(call);
  }
  const refusal = headProblem(path, headers) ?? (await authenticate(call));
  if (refusal !== undefined) {
    return errorAnswer(call, refusal);
  }
  const endpoint = endpointAt(call);
  if (endpoint === undefined) {
    return errorAnswer(call, unknownPath(method, path));
  }
  return endpoint.methods.includes(method)
    ? await endpoint.serve(call)
    : errorAnswer(call, wrongMethod(method, path, endpoint.methods));
}
