import type { Host, HostedCall } from './host.ts';
import { anthropicKey, bearer, messagesPath, namedCredential, openAiPath } from './key-hosts.ts';
import { missingPath } from './missing-path.ts';

/** A version of the classic paths, as `2024-10-21` or `2025-04-01-preview`. The paths of v1 take `preview` or nothing. */
const DATED = /^\d{4}-\d{2}-\d{2}/;

/**
 * Azure OpenAI and Microsoft Foundry. A resource has an address of its own, which the configuration names; a model is called by the name
 * of its deployment there. Sources: learn.microsoft.com/azure/foundry/openai/api-version-lifecycle and .../reference,
 * platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry; read 2026-11.
 */
export const azureHost: Host = {
  defaultBaseUrl: () => undefined,
  path: (call) => (call.dialect === 'anthropic-messages' ? claudePath(call) : openAiModelPath(call)),
  proof: (provider) => (provider.entra === undefined ? namedCredential(provider) : 'entra-token'),
  credentialHeaders: (secret, { entra, protocol }) => {
    if (entra !== undefined) {
      return bearer(secret);
    }
    return protocol === 'anthropic' ? anthropicKey(secret) : { 'api-key': secret };
  },
};

function claudePath(call: HostedCall): string {
  return `${missingPath(call.provider, '/anthropic/v1')}${messagesPath(call)}`;
}

function openAiModelPath(call: HostedCall): string {
  const { provider, model, dialect } = call;
  const { apiVersion } = provider;
  const query = apiVersion === undefined ? '' : `?api-version=${encodeURIComponent(apiVersion)}`;
  if (apiVersion === undefined || !DATED.test(apiVersion)) {
    return `${missingPath(provider, '/openai/v1')}${openAiPath(call)}${query}`;
  }
  // The classic Responses API has the deployment's name in its body, as v1 has.
  const deployment = dialect === 'openai-responses' ? '' : `/deployments/${encodeURIComponent(model)}`;
  return `${missingPath(provider, '/openai')}${deployment}${openAiPath(call)}${query}`;
}
