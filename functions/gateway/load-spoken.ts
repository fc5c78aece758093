import { vendorOf } from './core/hosts/vendor-of.ts';
import type { GatewayConfig } from './core/model/gateway-config.ts';
import { providerOf } from './core/model/provider-of.ts';
import { loadProtocols } from './core/protocols/spoken-protocols.ts';

/** Loads the protocols that the deployments of a configuration speak. To be awaited before one is called. */
export function loadSpoken({
  deployments,
  providers,
}: Pick<GatewayConfig, 'deployments' | 'providers'>): Promise<void> {
  const spoken = Object.values(deployments).flatMap((deployment) => {
    const named = providers[deployment.provider];
    const provider = named && providerOf(named, deployment);
    return provider === undefined ? [] : [{ protocol: provider.protocol, vendor: vendorOf(provider) }];
  });
  return loadProtocols(spoken);
}
