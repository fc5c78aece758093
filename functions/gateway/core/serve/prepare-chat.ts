import type { ChatRequest } from '../model/chat-request.ts';
import type { Route } from '../model/gateway-config.ts';
import { badRequest } from '../model/gateway-error.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { Encoding } from '../protocols/protocol.ts';
import { chatFacts } from '../routing/chat-facts.ts';
import type { ModelDirectory } from '../routing/model-directory.ts';
import { qualify } from '../routing/qualify.ts';
import { parseChatRequest } from '../surfaces/openai-chat/parse-chat-request.ts';
import { type Encoded, encodeForRoute } from './encode-for-route.ts';
import { type FoundRoute, findRoute } from './find-route.ts';

/** A chat request that somebody can serve. */
export interface PreparedChat {
  readonly request: ChatRequest;
  readonly route: Route;
  readonly facts: RequestFacts;
  /** Deployments that can be asked, with what to send them, in the route's order; at least one. */
  readonly encoded: ReadonlyMap<string, EncodedChat>;
}

/** One deployment's form of the request. */
export type EncodedChat = Encoded<Extract<Encoding, { kind: 'encoded' }>>;

export type Preparation =
  | { readonly kind: 'prepared'; readonly prepared: PreparedChat }
  | Extract<FoundRoute, { kind: 'refused' }>;

/** Parses a request's body, finds its route, and encodes it for every deployment that qualifies. */
export function prepareChat(json: unknown, tags: readonly string[], directory: ModelDirectory): Preparation {
  const parsed = parseChatRequest(json);
  if (parsed.kind === 'invalid') {
    return { kind: 'refused', error: badRequest(parsed.message, parsed.param) };
  }
  const { request } = parsed;
  const found = findRoute(directory, request.model, 'chat');
  if (found.kind === 'refused') {
    return found;
  }
  const { route } = found;
  const facts = chatFacts(request, tags);
  const { qualified, unmet } = qualify(route.deployments, facts);
  if (qualified.length === 0) {
    const message = `No deployment of ${route.name} offers ${unmet.join(' and ')}.`;
    return { kind: 'refused', askedModel: route.name, error: badRequest(message, 'model') };
  }
  const result = encodeForRoute(route, qualified, (protocol, target) => protocol.encodeChat(request, target));
  return result.kind === 'refused'
    ? result
    : { kind: 'prepared', prepared: { request, route, facts, encoded: result.encoded } };
}
