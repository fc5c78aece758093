import { CANARY_KEY } from '../../functions/probe/canary.ts';
import type { Target } from './target.ts';

/** The credentials that an environment wants, by name in order, each with what wants it. */
export function wantedCredentials({ config, hasCanary }: Target): ReadonlyMap<string, readonly string[]> {
  const pairs = Object.entries(config.providers).flatMap(([provider, { apiKey }]) =>
    apiKey === undefined ? [] : [{ provider, apiKey }],
  );
  const canary = hasCanary ? [{ provider: 'the call from outside', apiKey: CANARY_KEY }] : [];
  const collector = Object.values(config.otlp?.headers ?? {}).map((apiKey) => ({
    provider: 'the OTLP collector',
    apiKey,
  }));
  const byName = [...Map.groupBy([...pairs, ...canary, ...collector], ({ apiKey }) => apiKey)];
  return new Map(
    byName.sort(([a], [b]) => a.localeCompare(b)).map(([name, of]) => [name, of.map(({ provider }) => provider)]),
  );
}
