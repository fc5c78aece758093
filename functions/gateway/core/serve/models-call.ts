import type { GatewayError } from '../model/gateway-error.ts';
import { allowedModels, type ModelDirectory, resolveModel } from '../routing/model-directory.ts';
import type { JsonObject } from '../wire/json.ts';
import type { Call } from './call.ts';
import type { GatewayResponse } from './ports.ts';
import { errorAnswer, jsonAnswer } from './respond.ts';

const PREFIX = '/v1/models/';

/** Serves `GET /v1/models` and `GET /v1/models/{id}`: every route, deployment and vendor model id that a request with this key may name. */
export function modelsCall(call: Call): GatewayResponse {
  const directory = allowedModels(call.gateway.directory, call.log.key?.limits?.models);
  const { path } = call.request;
  const names = [...directory.routes.keys()];
  if (!path.startsWith(PREFIX)) {
    return jsonAnswer(call, call.surface.models?.list(names) ?? openAiList(directory, names));
  }
  const id = decoded(path.slice(PREFIX.length));
  return id !== undefined && resolveModel(directory, id).kind === 'resolved'
    ? jsonAnswer(call, call.surface.models?.one(id) ?? modelObject(directory, id))
    : errorAnswer(call, noSuchModel(names));
}

function openAiList(directory: ModelDirectory, names: readonly string[]): JsonObject {
  return { object: 'list', data: names.map((name) => modelObject(directory, name)) };
}

/** `owned_by` tells a route of this gateway from a provider's own model. */
function modelObject(directory: ModelDirectory, name: string): JsonObject {
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
