import type { JsonObject } from '../wire/json.ts';

/** What is known of the models whose id matches. Later lines win, member by member. */
export interface ModelRule<Rules> {
  readonly match: RegExp;
  readonly rules: Partial<Rules>;
}

/**
 * The rules of one model: the protocol's defaults, then every line of its table that matches the model id, then what the operator's
 * configuration says. Which models refuse what is data, so that a new model is a line and not a branch.
 */
export function modelRules<Rules extends object>(
  table: { readonly defaults: Rules; readonly lines: readonly ModelRule<Rules>[] },
  model: string,
  configured: JsonObject | undefined,
): Rules {
  const known = table.lines.filter((line) => line.match.test(model)).map((line) => line.rules);
  return Object.assign({}, table.defaults, ...known, configured);
}
