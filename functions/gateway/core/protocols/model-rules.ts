import { baseModelOf } from '../model/base-model.ts';
import type { Vendor } from '../model/vendor.ts';
import type { JsonObject } from '../wire/json.ts';

/** What is known of the models and hosts that a line is about. Later lines win, member by member. */
export interface ModelRule<Rules> {
  /** The models' ids. */
  readonly match: RegExp;
  /** Whose servers it is about. @default any */
  readonly vendors?: readonly Vendor[];
  readonly rules: Partial<Rules>;
  /** Who says so, and when it was read. */
  readonly source: string;
}

/**
 * The rules of one model at one vendor: the protocol's defaults, then every line of its table that matches, then what the operator's
 * configuration says, which also names the model where `model` does not (`baseModel`). Which models refuse what is data, so that a new model
 * is a line and not a branch.
 */
export function modelRules<Rules extends object>(
  table: { readonly defaults: Rules; readonly lines: readonly ModelRule<Rules>[] },
  model: string,
  configured: JsonObject | undefined,
  vendor: Vendor = 'compatible',
): Rules {
  const baseModel = baseModelOf({ model, rules: configured });
  const known = table.lines
    .filter(({ match, vendors }) => match.test(baseModel) && (vendors?.includes(vendor) ?? true))
    .map(({ rules }) => rules);
  return Object.assign({}, table.defaults, ...known, configured);
}
