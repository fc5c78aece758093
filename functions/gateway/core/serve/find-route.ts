import type { DeploymentSettings, Route } from '../model/gateway-config.ts';
import { badRequest, type GatewayError } from '../model/gateway-error.ts';
import { type ModelDirectory, resolveModel } from '../routing/model-directory.ts';

/** The route that a request asks for, or the error that says what to ask for instead. `askedModel`: for the record. */
export type FoundRoute =
  | { readonly kind: 'found'; readonly route: Route }
  | { readonly kind: 'refused'; readonly error: GatewayError; readonly askedModel?: string };

/** The route that a request's `model` names, with its deployments of one kind, or the error that says what to ask for instead. */
export function findRoute(directory: ModelDirectory, model: string, kind: DeploymentSettings['kind']): FoundRoute {
  const resolved = resolveModel(directory, model);
  if (resolved.kind === 'unknown') {
    return { kind: 'refused', error: unknownModel(model, resolved.names) };
  }
  const { route } = resolved;
  const deployments = route.deployments.filter((deployment) => deployment.kind === kind);
  return deployments.length === 0
    ? { kind: 'refused', askedModel: route.name, error: wrongKind(route.name, kind) }
    : { kind: 'found', route: { ...route, deployments } };
}

const MAX_NAME_CHARS = 100;

function unknownModel(model: string, names: readonly string[]): GatewayError {
  const asked = JSON.stringify(model.slice(0, MAX_NAME_CHARS));
  return {
    status: 404,
    message: `The model ${asked} does not exist, or this key may not use it. It may use: ${names.join(', ')}.`,
    type: 'invalid_request_error',
    code: 'model_not_found',
    param: 'model',
  };
}

function wrongKind(name: string, asked: DeploymentSettings['kind']): GatewayError {
  const message =
    asked === 'chat'
      ? `${name} makes embeddings, not chat completions: ask it at POST /v1/embeddings, or name a chat model.`
      : `${name} makes chat completions, not embeddings: ask it at POST /v1/chat/completions, or name an embeddings model.`;
  return badRequest(message, 'model');
}
