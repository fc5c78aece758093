import type { Vendor } from '../model/vendor.ts';
import { type JsonObject, stringMember } from '../wire/json.ts';

/**
 * What is known of the models and hosts that a line is about. Later lines win, member by member. Who says so, and when it was read, stands
 * in a comment above each line, which is not shipped.
 */
export interface ModelRule<Rules> {
  /** The models' ids. */
  readonly match: RegExp;
  /** Whose servers it is about. @default any */
  readonly vendors?: readonly Vendor[];
  readonly rules: Partial<Rules>;
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
  const baseModel = configured === undefined ? model : baseModelOf({ model, rules: configured });
  const found = foundFor(table.lines, baseModel, vendor);
  const { last } = found;
  if (last?.defaults === table.defaults && last.configured === configured) {
    // Made of this table, whose type of rules is this one.
    return last.rules as Rules;
  }
  const rules: Rules = Object.assign({}, table.defaults, ...found.rules, configured);
  found.last = { defaults: table.defaults, configured, rules };
  return rules;
}

/** What the lines of a table say of one model at one vendor. */
interface Found {
  readonly rules: readonly object[];
  /** The whole rules as they were made last: every request asks for those of its deployments. */
  last?: { readonly defaults: object; readonly configured: JsonObject | undefined; readonly rules: object };
}

/** By table, and there by model and vendor, each by itself: a text made of both would be hashed anew for each request. */
const FOUND = new WeakMap<object, Map<string, Map<Vendor, Found>>>();
const MOST_FOUND = 10_000;

function foundFor<Rules extends object>(lines: readonly ModelRule<Rules>[], model: string, vendor: Vendor): Found {
  const byModel = FOUND.get(lines) ?? new Map<string, Map<Vendor, Found>>();
  const byVendor = byModel.get(model) ?? new Map<Vendor, Found>();
  const known = byVendor.get(vendor);
  if (known !== undefined) {
    return known;
  }
  const rules = lines
    .filter(({ match, vendors }) => match.test(model) && (vendors?.includes(vendor) ?? true))
    .map((line) => line.rules);
  const found = { rules };
  if (byModel.size < MOST_FOUND) {
    FOUND.set(lines, byModel.set(model, byVendor.set(vendor, found)));
  }
  return found;
}

/**
 * The model behind a deployment's name: `baseModel` of its `rules`, where the name is the operator's own (Azure) or an ARN, else the name.
 * What is known of models is looked up by it; the provider is asked by the name.
 */
export function baseModelOf({
  model,
  rules,
}: {
  readonly model: string;
  readonly rules?: JsonObject | undefined;
}): string {
  return stringMember(rules, 'baseModel') ?? model;
}
