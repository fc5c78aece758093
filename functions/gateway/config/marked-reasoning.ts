import { hasResponses } from '../core/hosts/key-hosts.ts';
import type { GatewayConfig } from '../core/model/gateway-config.ts';
import { providerOf } from '../core/model/provider-of.ts';

/**
 * A configuration whose providers mark what they encrypt as their own, where the Responses API is spoken to more than one account. What a
 * sole account has encrypted needs no mark: a client that leaves the gateway takes it along as the vendor gave it.
 */
export function withMarkedReasoning(config: GatewayConfig): GatewayConfig {
  const { providers, deployments } = config;
  const speakers = Object.values(deployments).filter((settings) => {
    const provider = providers[settings.provider];
    return (
      provider !== undefined &&
      (settings.rules?.responses !== undefined || hasResponses(providerOf(provider, settings)))
    );
  });
  const accounts = new Set(speakers.map(({ provider }) => provider));
  if (accounts.size < 2) {
    return config;
  }
  const marked: GatewayConfig['providers'] = Object.create(null);
  for (const [name, provider] of Object.entries(providers)) {
    Object.assign(marked, { [name]: { ...provider, marksReasoning: true } });
  }
  return { ...config, providers: marked };
}
