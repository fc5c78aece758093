import type { GatewayError } from '../model/gateway-error.ts';
import type { JsonObject } from '../wire/json.ts';
import { errorAnswer, jsonAnswer } from './answer.ts';
import type { Call } from './call.ts';
import { newProgress } from './chat-progress.ts';
import type { GatewayState } from './gateway-state.ts';
import type { GatewayResponse } from './ports.ts';

const PREFIX = '/v1/models/';

/** Serves `GET /v1/models` and `GET /v1/models/{id}`: every route, deployment and vendor model id that a request may name. */
export function modelsCall(state: GatewayState, call: Call): GatewayResponse {
  const progress = newProgress('other');
  const { path } = call.request;
  const names = [...state.directory.routes.keys()];
  if (!path.startsWith(PREFIX)) {
    return jsonAnswer(state, call, progress, call.surface.models?.list(names) ?? openAiList(state, names));
  }
  const id = decoded(path.slice(PREFIX.length));
  return id !== undefined && state.directory.routes.has(id)
    ? jsonAnswer(state, call, progress, call.surface.models?.one(id) ?? modelObject(state, id))
    : errorAnswer(state, call, progress, noSuchModel(names));
}

function openAiList(state: GatewayState, names: readonly string[]): JsonObject {
  return { object: 'list', data: names.map((name) => modelObject(state, name)) };
}

/** `owned_by` tells a route of this gateway from a provider's own model. */
function modelObject({ directory }: GatewayState, name: string): JsonObject {
  const provider = directory.deployments.get(name)?.provider;
  return { id: name, object: 'model', created: 0, owned_by: provider ?? 'nemorouter' };
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function noSuchModel(names: readonly string[]): GatewayError {
  const message = `This model does not exist. These do: ${names.join(', ')}.`;
  return { status: 404, message, type: 'invalid_request_error', code: 'model_not_found', param: 'model' };
}
