import { KNOWN_HOSTS, type KnownHost, speaks } from '../core/hosts/known-hosts.ts';
import { vendorOf } from '../core/hosts/vendor-of.ts';
import type { Provider } from '../core/model/gateway-config.ts';
import type { Vendor } from '../core/model/vendor.ts';
import { type ConfigProblem, pathText } from './config-problem.ts';
import { HOST_NAMES, vendorCalled } from './host-names.ts';
import { nearestName } from './nearest-name.ts';
import type { ProviderFile } from './provider-schema.ts';

/** A provider with what its host makes known of it, or why it cannot be used. */
export type HostedProvider =
  | { readonly kind: 'hosted'; readonly provider: Provider }
  | { readonly kind: 'unknown'; readonly problem: ConfigProblem };

/**
 * Finds the host of a provider: the one that `host` names, else the one that the provider is named for, else the one at its address. A
 * file that says both `protocol` and `baseUrl` has said everything, whatever the provider is called.
 */
export function hostedProvider(name: string, file: ProviderFile): HostedProvider {
  const { host: told, ...settings } = file;
  const named = told === undefined ? vendorNamed(name, file) : vendorCalled(told);
  const protocol = file.protocol ?? protocolOf(named ?? vendorAt(file.baseUrl));
  if (protocol === undefined) {
    return { kind: 'unknown', problem: unknownHost(name, file) };
  }
  if (named !== undefined && file.baseUrl === undefined && !speaks(named, protocol)) {
    return { kind: 'unknown', problem: foreignProtocol(name, told ?? name, protocol) };
  }
  const host = named ?? vendorOf({ ...settings, protocol });
  const isKnown = named !== undefined || host !== 'compatible';
  return { kind: 'hosted', provider: { ...settings, protocol, ...(isKnown && { host }) } };
}

function vendorNamed(name: string, { protocol, baseUrl }: ProviderFile): Vendor | undefined {
  const named = vendorCalled(name);
  const isSaidOtherwise = protocol !== undefined && (baseUrl !== undefined || (named && !speaks(named, protocol)));
  return named === 'compatible' || isSaidOtherwise === true ? undefined : named;
}

function vendorAt(baseUrl: string | undefined): Vendor | undefined {
  const found = baseUrl === undefined ? 'compatible' : vendorOf({ protocol: 'openai', baseUrl });
  return found === 'compatible' ? undefined : found;
}

function protocolOf(found: Vendor | undefined): Provider['protocol'] | undefined {
  return found === undefined ? undefined : known(found).protocol;
}

function known(found: Vendor): KnownHost {
  return KNOWN_HOSTS[found];
}

function unknownHost(name: string, { baseUrl }: ProviderFile): ConfigProblem {
  const nearest = nearestName(name, HOST_NAMES);
  const advice = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  const message =
    baseUrl === undefined
      ? `is not the name of a known host, so that its address is not known.${advice} Known are ${HOST_NAMES.join(', ')}; any other needs \`baseUrl\`, and \`host\` or \`protocol\``
      : `needs \`host\` or \`protocol\`: which API is spoken at its address is not known.${advice} Known hosts are ${HOST_NAMES.join(', ')}`;
  const example = '{ "host": "compatible", "baseUrl": "https://llm.example.com/v1", "apiKey": "LLM_API_KEY" }';
  return { path: pathText(['providers', name]), message, example };
}

function foreignProtocol(name: string, host: string, protocol: string): ConfigProblem {
  return {
    path: pathText(['providers', name, 'protocol']),
    message: `is ${protocol}, which ${host} is not known to speak: leave it out, or say at which \`baseUrl\``,
    example: '"baseUrl": "https://llm.example.com/v1"',
  };
}
