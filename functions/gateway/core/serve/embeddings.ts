import { targetOf } from '../attempt/deployment-target.ts';
import { embeddingsAttempt } from '../attempt/embeddings-attempt.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../model/embeddings.ts';
import type { Deployment } from '../model/gateway-config.ts';
import { protocolAt } from '../protocols/spoken-protocols.ts';
import { trustedBody } from '../protocols/trusted-prompt.ts';
import type { CallEncoding } from '../routing/contender.ts';
import { embeddingsFacts } from '../routing/embeddings-facts.ts';
import { embeddingsBody } from '../surfaces/openai-embeddings/embeddings-body.ts';
import { parseEmbeddingsRequest } from '../surfaces/openai-embeddings/parse-embeddings-request.ts';
import type { Call } from './call.ts';
import type { AskedOf, Operation, Served } from './operation.ts';
import type { GatewayResponse } from './ports.ts';
import { modelAnswer } from './respond.ts';
import { serveOperation } from './serve-operation.ts';

/** Embeddings: `POST /v1/embeddings`. */
const EMBEDDINGS: Operation<EmbeddingsRequest, EmbeddingsAnswer> = {
  name: 'embeddings',
  read: (_, json, tags) => {
    const parsed = parseEmbeddingsRequest(json);
    if (parsed.kind === 'invalid') {
      return parsed;
    }
    const facts = embeddingsFacts(parsed.request, tags);
    return { ...parsed, facts, windowTokens: facts.longestInputTokens };
  },
  encoder: (asked) => (deployment) => encodeEmbeddings(asked, deployment),
  respond: respondToEmbeddings,
};

/** Serves `POST /v1/embeddings`, whose body is `json`. */
export async function embeddingsCall(call: Call, json: unknown): Promise<GatewayResponse> {
  return await serveOperation(EMBEDDINGS, call, json);
}

function encodeEmbeddings(
  { request, route, clock }: AskedOf<EmbeddingsRequest>,
  deployment: Deployment,
): CallEncoding<EmbeddingsAnswer> {
  const target = targetOf(deployment);
  const protocol = protocolAt(deployment.providerSettings.protocol, target.vendor);
  const { embeddings } = protocol;
  const { passMembers } = deployment.providerSettings;
  const trusted = trustedBody(request, { passMembers });
  if (embeddings === undefined) {
    return { kind: 'unsupported', param: 'model', message: 'This vendor has no embeddings.' };
  }
  const encoding = embeddings.encode(trusted.body, target);
  if (encoding.kind === 'unsupported') {
    return encoding;
  }
  const { requests } = encoding;
  const dropped = [...new Set([...encoding.dropped, ...trusted.dropped])];
  const options = { deployment, protocol, embeddings, asked: request, requests, timeouts: route.timeouts, clock };
  return { kind: 'encoded', dropped, attempt: (setting) => embeddingsAttempt({ ...options, ...setting }) };
}

function respondToEmbeddings(
  call: Call,
  { request, won }: Served<EmbeddingsRequest, EmbeddingsAnswer>,
): GatewayResponse {
  const [answer] = won.pieces;
  if (answer === undefined) {
    throw new RangeError('An embeddings attempt was won without an answer.');
  }
  return modelAnswer(call, embeddingsBody(answer, request, won.leader.contender.deployment.id));
}
