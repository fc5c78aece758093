import type { Route } from '../model/gateway-config.ts';
import { badRequest } from '../model/gateway-error.ts';
import type { Prompt } from '../model/prompt.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { Encoding } from '../protocols/protocol.ts';
import type { ModelDirectory } from '../routing/model-directory.ts';
import { promptFacts } from '../routing/prompt-facts.ts';
import { qualify } from '../routing/qualify.ts';
import type { Call } from './call.ts';
import { type Encoded, encodePrompt } from './encode-for-route.ts';
import { type FoundRoute, findRoute } from './find-route.ts';

/** A chat request that somebody can serve. */
export interface PreparedChat {
  readonly prompt: Prompt;
  /** The caller's `model`. */
  readonly asked: string;
  readonly route: Route;
  readonly facts: RequestFacts;
  /** Deployments that can be asked, with what to send them, in the route's order; at least one. */
  readonly encoded: ReadonlyMap<string, EncodedChat>;
}

/** One deployment's form of the request. */
export type EncodedChat = Encoded<Extract<Encoding, { kind: 'encoded' }>>;

/** A chat request that is ready to be planned, or the error that refuses it. */
export type Preparation =
  | { readonly kind: 'prepared'; readonly prepared: PreparedChat }
  | Extract<FoundRoute, { kind: 'refused' }>;

/** Reads a request's body as its surface has it, finds its route, and encodes it for every deployment that qualifies. */
export function prepareChat(
  { surface, request }: Pick<Call, 'surface' | 'request'>,
  json: unknown,
  tags: readonly string[],
  directory: ModelDirectory,
): Preparation {
  const read = surface.read(json, request.headers);
  if (read.kind === 'invalid') {
    return { kind: 'refused', error: badRequest(read.message, read.param) };
  }
  const { prompt } = read;
  const found = findRoute(directory, prompt.model, 'chat');
  if (found.kind === 'refused') {
    return found;
  }
  const { route } = found;
  const facts = promptFacts(prompt, tags);
  const { qualified, unmet } = qualify(route.deployments, facts);
  if (qualified.length === 0) {
    const message = `No deployment of ${route.name} offers ${unmet.join(' and ')}.`;
    return { kind: 'refused', askedModel: route.name, error: badRequest(message, 'model') };
  }
  const result = encodePrompt(route, qualified, prompt);
  return result.kind === 'refused'
    ? result
    : { kind: 'prepared', prepared: { prompt, asked: prompt.model, route, facts, encoded: result.encoded } };
}
