import { calcPrice, type ModelPrice, type TieredPrices } from '@pydantic/genai-prices';
import type { KnownModel, ModelFacts } from '../../functions/gateway/config/catalogue.ts';
import type { PriceName, PriceTier } from '../../functions/gateway/core/model/prices.ts';
import type { Vendor } from '../../functions/gateway/core/model/vendor.ts';

/** The installed version of the package, and the day on which it came out. A test compares the version. */
export const PRICES_VERSION = '0.1.8';
const PRICES_DATE = '2026-09-23';

/** What the package calls the vendors whose prices it has. */
const PROVIDERS: Readonly<Partial<Record<Vendor, string>>> = {
  anthropic: 'anthropic',
  azure: 'azure',
  bedrock: 'aws',
  cerebras: 'cerebras',
  deepseek: 'deepseek',
  fireworks: 'fireworks',
  'google-ai': 'google',
  groq: 'groq',
  mistral: 'mistral',
  moonshot: 'moonshotai',
  openai: 'openai',
  openrouter: 'openrouter',
  perplexity: 'perplexity',
  together: 'together',
  vertex: 'google',
  xai: 'x-ai',
  zhipu: 'zai',
};

const NAMES: readonly (readonly [PriceName, string])[] = [
  ['inputPrice', 'input_mtok'],
  ['outputPrice', 'output_mtok'],
  ['cachedInputPrice', 'cache_read_mtok'],
  ['cacheWritePrice', 'cache_write_mtok'],
  ['cacheWrite1hPrice', 'cache_write_1h_mtok'],
];

/** The window and the prices of a model at a vendor on a day; `undefined` where the package does not know it. */
export function pricedModel(vendor: Vendor, model: string, at: Date): KnownModel | undefined {
  const providerId = PROVIDERS[vendor];
  if (providerId === undefined) {
    return undefined;
  }
  const [dearest] = hoursOf(at)
    .map((timestamp) => calcPrice({ input_tokens: 1, output_tokens: 1 }, model, { providerId, timestamp }))
    .filter((found) => found !== null)
    .sort((a, b) => b.total_price - a.total_price);
  return dearest === undefined
    ? undefined
    : {
        from: `@pydantic/genai-prices ${PRICES_VERSION} of ${PRICES_DATE}, ${providerId}/${dearest.model.id}`,
        facts: { ...windowOf(dearest.model.context_window), ...pricesOf(dearest.model_price) },
      };
}

/** Some prices depend on the time of day: the dearest of a day is taken, so that nothing costs more than it was thought to. */
function hoursOf(at: Date): readonly Date[] {
  return Array.from({ length: 24 }, (_, hour) => new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS + hour * HOUR_MS));
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function windowOf(contextWindow: number | undefined): Pick<ModelFacts, 'contextWindow'> {
  return contextWindow === undefined ? {} : { contextWindow };
}

function pricesOf(price: ModelPrice): ModelFacts {
  const known = NAMES.flatMap(([name, key]) => (price[key] === undefined ? [] : [[name, price[key]] as const]));
  const bases = known.map(([name, value]) => [name, typeof value === 'number' ? value : value.base] as const);
  const priceTiers = tiersOf(known);
  return { ...Object.fromEntries(bases), ...(priceTiers.length > 0 && { priceTiers }) };
}

/** The package has tiers for each price; the gateway has prices for each tier. */
function tiersOf(known: readonly (readonly [PriceName, number | TieredPrices])[]): readonly PriceTier[] {
  const steps = known.flatMap(([name, value]) =>
    typeof value === 'number' ? [] : value.tiers.map(({ start, price }) => ({ name, start, price })),
  );
  return [...Map.groupBy(steps, ({ start }) => start)]
    .sort(([a], [b]) => a - b)
    .map(([aboveInputTokens, tier]) => ({
      aboveInputTokens,
      ...Object.fromEntries(tier.map(({ name, price }) => [name, price])),
    }));
}
