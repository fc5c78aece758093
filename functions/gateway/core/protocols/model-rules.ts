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
  const { lines, defaults } = table;
  const made = MADE.get(lines) ?? new Map<string, MadeRules>();
  const name = `${vendor} ${baseModel}`;
  const known = made.get(name);
  if (known?.defaults === defaults && known.configured === configured) {
    // Kept under the table's own lines.
    return known.rules as Rules;
  }
  const about = known?.about ?? rulesAbout(lines, baseModel, vendor);
  const rules = Object.assign({}, defaults, ...about, configured);
  if (made.size < MOST_MADE) {
    MADE.set(lines, made.set(name, { defaults, configured, about, rules }));
  }
  return rules;
}

/** Rules as they were last made for a vendor and a model, what they were made from, and the lines that are about these. */
interface MadeRules {
  readonly defaults: object;
  readonly configured: JsonObject | undefined;
  readonly about: readonly object[];
  readonly rules: object;
}

/** By table, and there by vendor and model: every request asks for those of its deployments. */
const MADE = new WeakMap<object, Map<string, MadeRules>>();
const MOST_MADE = 10_000;

function rulesAbout<Rules extends object>(
  lines: readonly ModelRule<Rules>[],
  model: string,
  vendor: Vendor,
): readonly object[] {
  return lines
    .filter(({ match, vendors }) => match.test(model) && (vendors?.includes(vendor) ?? true))
    .map(({ rules }) => rules);
}
