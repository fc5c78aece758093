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
  return Object.assign({}, table.defaults, ...rulesAbout(table.lines, baseModel, vendor), configured);
}

/** By table, and there by vendor and model: every request asks for those of its deployments. */
const FOUND = new WeakMap<object, Map<string, readonly object[]>>();
const MOST_FOUND = 10_000;

function rulesAbout<Rules extends object>(
  lines: readonly ModelRule<Rules>[],
  model: string,
  vendor: Vendor,
): readonly object[] {
  const found = FOUND.get(lines) ?? new Map<string, readonly object[]>();
  const name = `${vendor} ${model}`;
  const known = found.get(name);
  if (known !== undefined) {
    return known;
  }
  const rules = lines
    .filter(({ match, vendors }) => match.test(model) && (vendors?.includes(vendor) ?? true))
    .map((line) => line.rules);
  if (found.size < MOST_FOUND) {
    FOUND.set(lines, found.set(name, rules));
  }
  return rules;
}
