import type { ChatRequest } from '../chat/chat-request.ts';
import { parseChatRequest } from '../chat/parse-chat-request.ts';
import type { Deployment, Route } from '../config/gateway-config.ts';
import { type ModelDirectory, resolveModel } from '../config/resolve-model.ts';
import { badRequest, type GatewayError } from '../http/gateway-error.ts';
import { parseJson } from '../json.ts';
import type { Encoding, Protocol, Target } from '../protocols/protocol.ts';
import { PROTOCOLS } from '../protocols/protocols.ts';
import { chatFacts } from '../routing/chat-facts.ts';
import { qualify } from '../routing/qualify.ts';
import type { RequestFacts } from '../routing/request-facts.ts';

/** A chat request that somebody can serve. */
export interface PreparedChat {
  readonly request: ChatRequest;
  readonly route: Route;
  readonly facts: RequestFacts;
  /** Deployments that can be asked, with what to send them, in the route's order; at least one. */
  readonly encoded: ReadonlyMap<string, EncodedChat>;
}

/** One deployment's form of the request. */
export interface EncodedChat {
  readonly deployment: Deployment;
  readonly protocol: Protocol;
  readonly target: Target;
  readonly encoding: Extract<Encoding, { kind: 'encoded' }>;
}

export type Preparation =
  | { readonly kind: 'prepared'; readonly prepared: PreparedChat }
  | { readonly kind: 'refused'; readonly error: GatewayError; readonly askedModel?: string };

/** Parses a request's body, finds its route, and encodes it for every deployment that qualifies. */
export function prepareChat(body: string, tags: readonly string[], directory: ModelDirectory): Preparation {
  const parsed = parseChatRequest(parseJson(body));
  if (parsed.kind === 'invalid') {
    return { kind: 'refused', error: badRequest(parsed.message, parsed.param) };
  }
  const { request } = parsed;
  const resolved = resolveModel(directory, request.model);
  if (resolved.kind === 'unknown') {
    return { kind: 'refused', error: unknownModel(request.model, resolved.names) };
  }
  const { route } = resolved;
  const facts = chatFacts(request, tags);
  const { qualified, unmet } = qualify(
    route.deployments.filter(({ kind }) => kind === 'chat'),
    facts,
  );
  if (qualified.length === 0) {
    const needs = unmet.length > 0 ? unmet.join(' and ') : 'chat completions';
    return {
      kind: 'refused',
      askedModel: route.name,
      error: badRequest(`No deployment of ${route.name} offers ${needs}.`, 'model'),
    };
  }
  return encodeAll({ request, route, facts }, qualified);
}

function encodeAll(
  { request, route, facts }: Omit<PreparedChat, 'encoded'>,
  qualified: readonly Deployment[],
): Preparation {
  const encoded = new Map<string, EncodedChat>();
  const refusals: { readonly deployment: string; readonly param: string; readonly message: string }[] = [];
  for (const deployment of qualified) {
    const protocol = PROTOCOLS[deployment.providerSettings.protocol];
    const target = targetOf(deployment);
    const encoding = protocol.encodeChat(request, target);
    if (encoding.kind === 'encoded') {
      encoded.set(deployment.id, { deployment, protocol, target, encoding });
    } else {
      refusals.push({ deployment: deployment.id, param: encoding.param, message: encoding.message });
    }
  }
  if (encoded.size > 0) {
    return { kind: 'prepared', prepared: { request, route, facts, encoded } };
  }
  const reasons = refusals.map(({ deployment, message }) => `${deployment}: ${message}`).join(' ');
  const message = `No deployment of ${route.name} can serve this request. ${reasons}`;
  return { kind: 'refused', askedModel: route.name, error: badRequest(message, refusals[0]?.param ?? null) };
}

/** What an encoder may know of a deployment. */
export function targetOf({ model, streaming, maxOutputTokens, rules }: Deployment): Target {
  return {
    model,
    streaming,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(rules === undefined ? {} : { rules }),
  };
}

const MAX_NAME_CHARS = 100;

function unknownModel(model: string, names: readonly string[]): GatewayError {
  const asked = JSON.stringify(model.slice(0, MAX_NAME_CHARS));
  return {
    status: 404,
    message: `The model ${asked} does not exist. These do: ${names.join(', ')}.`,
    type: 'invalid_request_error',
    code: 'model_not_found',
    param: 'model',
  };
}
