import type { Catalogue } from '../../functions/gateway/config/catalogue.ts';
import { limitedModel } from './model-limits.ts';
import { pricedModel } from './priced-models.ts';

/**
 * What is known of models on a day: limits from the vendors' pages, then windows and prices from `@pydantic/genai-prices`. Read when a stack
 * is synthesised and when a laptop's gateway starts; what it knows goes into the bundled configuration, and nothing of it into the code.
 */
export function catalogueOf(at: Date): Catalogue {
  return (vendor, model) =>
    [limitedModel(model), pricedModel(vendor, model, at)].filter((known) => known !== undefined);
}
