import type { Operation } from '../model/dial.ts';
import type { Provider } from '../model/gateway-config.ts';
import { encodedSegments, geminiMethod, googleKey } from './google-ai.ts';
import type { Host, HostedCall } from './host.ts';
import { bearer, openAiPath } from './key-hosts.ts';
import { missingPath } from './missing-path.ts';

/** Locations that are no region have addresses of their own. Source: cloud.google.com/vertex-ai/generative-ai/docs/learn/locations, 2026-11. */
const ADDRESSES: ReadonlyMap<string, string> = new Map([
  ['global', 'https://aiplatform.googleapis.com'],
  ['us', 'https://aiplatform.us.rep.googleapis.com'],
  ['eu', 'https://aiplatform.eu.rep.googleapis.com'],
]);

/**
 * Google Cloud's Vertex AI: Gemini, Claude in Anthropic's own words, and models behind its OpenAI-compatible endpoint. Without a project
 * it is called in express mode, by an API key. Sources: cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference,
 * .../partner-models/claude/use-claude and .../start/express-mode/overview; read 2026-11.
 */
export const vertexHost: Host = {
  defaultBaseUrl: ({ region = 'global' }) => ADDRESSES.get(region) ?? `https://${region}-aiplatform.googleapis.com`,
  path: (call) => `${missingPath(call.provider, placeOf(call.provider))}${modelPath(call)}`,
  proof: ({ apiKey, project, workloadIdentity }) => {
    const isExpress = project === undefined;
    if (workloadIdentity !== undefined || (apiKey !== undefined && !isExpress)) {
      return 'google-token';
    }
    return apiKey === undefined ? 'nothing' : 'credential';
  },
  credentialHeaders: (secret, provider) =>
    vertexHost.proof(provider) === 'google-token' ? bearer(secret) : googleKey(secret),
};

function placeOf({ project, region = 'global' }: Provider): string {
  return project === undefined ? '/v1' : `/v1/projects/${encodeURIComponent(project)}/locations/${region}`;
}

function modelPath(call: HostedCall): string {
  switch (call.dialect) {
    case 'anthropic-messages':
      return `/${modelResource('anthropic', call)}:${RAW_METHODS[call.operation]}`;
    case 'gemini':
      return `/${modelResource('google', call)}${isEmbedding(call) ? ':predict' : geminiMethod(call.operation)}`;
    default:
      return `/endpoints/openapi${openAiPath(call)}`;
  }
}

function isEmbedding({ operation }: HostedCall): boolean {
  return operation === 'embed' || operation === 'embed-batch';
}

/** Claude's requests go through unread. */
const RAW_METHODS: Readonly<Record<Operation, string>> = {
  answer: 'rawPredict',
  'answer-stream': 'streamRawPredict',
  'count-tokens': 'rawPredict',
  embed: 'rawPredict',
  'embed-batch': 'rawPredict',
};

/** An id with a slash is a resource name already: another publisher's model, or an endpoint. Versions stand behind an `@`. */
function modelResource(publisher: string, { model, operation }: HostedCall): string {
  const isCounted = publisher === 'anthropic' && operation === 'count-tokens';
  const id = isCounted ? 'count-tokens' : model;
  const resource = id.includes('/') ? id.replace(/^\/+/, '') : `publishers/${publisher}/models/${id}`;
  return encodedSegments(resource).replaceAll('%40', '@');
}
