import { vendorOf } from '../hosts/vendor-of.ts';
import { defined } from '../model/defined.ts';
import type { Deployment } from '../model/gateway-config.ts';
import { ruledMaxOutputTokens } from '../protocols/ruled-limit.ts';

const found = new WeakMap<Deployment, { readonly tokens: number | undefined }>();

/** The most tokens of one answer of a deployment, by its settings or its protocol's rules of the model; `undefined` where neither says. */
export function longestAnswer(deployment: Deployment): number | undefined {
  const known = found.get(deployment);
  if (known !== undefined) {
    return known.tokens;
  }
  const tokens = find(deployment);
  found.set(deployment, { tokens });
  return tokens;
}

function find(deployment: Deployment): number | undefined {
  const { maxOutputTokens, model, rules, providerSettings } = deployment;
  const target = { model, vendor: vendorOf(providerSettings), ...defined({ rules }) };
  return maxOutputTokens ?? ruledMaxOutputTokens(providerSettings.protocol, target);
}
