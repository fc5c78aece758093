import type { DeploymentSettings, Provider } from './gateway-config.ts';

/** The provider as one of its deployments has it: a model may speak another protocol than its neighbours. */
export function providerOf(provider: Provider, { protocol }: Pick<DeploymentSettings, 'protocol'>): Provider {
  return protocol === undefined || protocol === provider.protocol ? provider : { ...provider, protocol };
}
