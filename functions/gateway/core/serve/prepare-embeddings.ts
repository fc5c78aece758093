import type { EmbeddingsRequest } from '../model/embeddings.ts';
import type { Route } from '../model/gateway-config.ts';
import { badRequest } from '../model/gateway-error.ts';
import type { EmbeddingsEncoding, EmbeddingsProtocol, Protocol, Target } from '../protocols/protocol.ts';
import { type EmbeddingsFacts, embeddingsFacts } from '../routing/embeddings-facts.ts';
import type { ModelDirectory } from '../routing/model-directory.ts';
import { qualify } from '../routing/qualify.ts';
import { parseEmbeddingsRequest } from '../surfaces/openai-embeddings/parse-embeddings-request.ts';
import { type Encoded, encodeForRoute } from './encode-for-route.ts';
import { type FoundRoute, findRoute } from './find-route.ts';

/** An embeddings request that somebody can serve. */
export interface PreparedEmbeddings {
  readonly request: EmbeddingsRequest;
  /** The caller's `model`. */
  readonly asked: string;
  readonly route: Route;
  readonly facts: EmbeddingsFacts;
  /** Deployments that can be asked, with what to send them, in the route's order; at least one. */
  readonly encoded: ReadonlyMap<string, EncodedEmbeddings>;
}

/** One deployment's form of the request. */
export type EncodedEmbeddings = Encoded<EmbeddingsForm>;

type EmbeddingsForm = Extract<EmbeddingsEncoding, { kind: 'encoded' }> & { readonly embeddings: EmbeddingsProtocol };

/** An embeddings request that is ready to be planned, or the error that refuses it. */
export type EmbeddingsPreparation =
  | { readonly kind: 'prepared'; readonly prepared: PreparedEmbeddings }
  | Extract<FoundRoute, { kind: 'refused' }>;

/** Parses a request's body, finds its route, and encodes it for every deployment that qualifies. */
export function prepareEmbeddings(
  json: unknown,
  tags: readonly string[],
  directory: ModelDirectory,
): EmbeddingsPreparation {
  const parsed = parseEmbeddingsRequest(json);
  if (parsed.kind === 'invalid') {
    return { kind: 'refused', error: badRequest(parsed.message, parsed.param) };
  }
  const { request } = parsed;
  const found = findRoute(directory, request.model, 'embeddings');
  if (found.kind === 'refused') {
    return found;
  }
  const { route } = found;
  const facts = embeddingsFacts(request, tags);
  const { qualified, unmet } = qualify(route.deployments, { ...facts, promptTokens: facts.longestInputTokens });
  if (qualified.length === 0) {
    const message = `No deployment of ${route.name} offers ${unmet.join(' and ')}.`;
    return { kind: 'refused', askedModel: route.name, error: badRequest(message, 'model') };
  }
  const result = encodeForRoute(route, qualified, (protocol, target) => formFor(request, protocol, target));
  return result.kind === 'refused'
    ? result
    : { kind: 'prepared', prepared: { request, asked: request.model, route, facts, encoded: result.encoded } };
}

function formFor(
  request: EmbeddingsRequest,
  { embeddings }: Protocol,
  target: Target,
): EmbeddingsForm | Extract<EmbeddingsEncoding, { kind: 'unsupported' }> {
  if (embeddings === undefined) {
    return { kind: 'unsupported', param: 'model', message: 'This vendor has no embeddings.' };
  }
  const encoding = embeddings.encode(request, target);
  return encoding.kind === 'encoded' ? { ...encoding, embeddings } : encoding;
}
