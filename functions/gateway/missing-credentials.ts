import type { Credentials } from './adapters/credentials.ts';
import type { GatewayConfig } from './core/model/gateway-config.ts';

/** The credentials that the configuration names and that are not set, in order. A store that does not answer has none missing. */
export async function missingCredentials(
  { providers, otlp }: Pick<GatewayConfig, 'providers' | 'otlp'>,
  credentials: Credentials,
): Promise<readonly string[]> {
  const ofProviders = Object.values(providers).flatMap(({ apiKey }) => apiKey ?? []);
  const names = [...new Set([...ofProviders, ...Object.values(otlp?.headers ?? {})])];
  const isMissing = await Promise.all(
    names.map((name) =>
      credentials(name).then(
        (value) => (value ?? '').trim() === '',
        () => false,
      ),
    ),
  );
  return names.filter((_, index) => isMissing[index]).sort();
}
