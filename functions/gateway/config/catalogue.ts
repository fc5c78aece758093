import { vendorOf } from '../core/hosts/vendor-of.ts';
import type { AssumedMembers, DeploymentSettings, Provider } from '../core/model/gateway-config.ts';
import type { PriceName } from '../core/model/prices.ts';
import type { Vendor } from '../core/model/vendor.ts';
import { baseModelOf } from '../core/protocols/model-rules.ts';

/** What is known of models that a file need not say: by source, the surest first. */
export type Catalogue = (vendor: Vendor, model: string) => readonly KnownModel[];

/** What one source knows of a model. */
export interface KnownModel {
  /** The source with its date, for people. */
  readonly from: string;
  readonly facts: ModelFacts;
}

/** What may be known: limits in tokens, prices in US dollars per million tokens. */
export type ModelFacts = Partial<
  Pick<DeploymentSettings, 'contextWindow' | 'maxOutputTokens' | 'priceTiers' | PriceName>
>;

type FactName = keyof ModelFacts;

const LIMITS: readonly FactName[] = ['contextWindow', 'maxOutputTokens'];
const PRICES: readonly FactName[] = [
  ...(['inputPrice', 'outputPrice', 'cachedInputPrice'] as const),
  ...(['cacheWritePrice', 'cacheWrite1hPrice', 'reasoningPrice'] as const),
];

/**
 * A deployment with what the catalogue knows and the file does not say, member by member. Two prices follow the file's: tiers are the
 * catalogue's only where all prices are, and an hour's cache is priced by the file's price of the other cache where that is there.
 */
export function withCatalogue(
  deployment: DeploymentSettings,
  provider: Provider,
  catalogue: Catalogue,
): DeploymentSettings {
  const baseModel = baseModelOf(deployment);
  const wanted = new Set(wantedFacts(deployment));
  const filled: ModelFacts[] = [];
  const assumed: AssumedMembers[] = [];
  for (const { from, facts } of catalogue(vendorOf(provider), baseModel)) {
    const members = [...wanted].filter((name) => facts[name] !== undefined);
    if (members.length > 0) {
      filled.push(only(facts, members));
      assumed.push({ members, from });
    }
    for (const name of members) {
      wanted.delete(name);
    }
  }
  return assumed.length === 0 ? deployment : Object.assign({}, deployment, ...filled, { assumed });
}

function only(facts: ModelFacts, names: readonly FactName[]): ModelFacts {
  return Object.fromEntries(names.map((name) => [name, facts[name]]));
}

function wantedFacts(deployment: DeploymentSettings): readonly FactName[] {
  const prices = PRICES.filter((name) => deployment[name] === undefined);
  const isPriced = prices.length < PRICES.length || deployment.priceTiers !== undefined;
  return [
    ...LIMITS.filter((name) => deployment[name] === undefined),
    ...prices.filter((name) => name !== 'cacheWrite1hPrice' || deployment.cacheWritePrice === undefined),
    ...(isPriced ? [] : (['priceTiers'] as const)),
  ];
}
