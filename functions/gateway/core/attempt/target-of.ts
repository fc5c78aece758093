import { hasResponses } from '../hosts/openai-paths.ts';
import { vendorOf } from '../hosts/vendor-of.ts';
import { defined } from '../model/defined.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { Target } from '../protocols/protocol.ts';

/** Of every deployment that was asked for: it is the same for all requests. */
const known = new WeakMap<Deployment, Target>();

/** What an encoder may know of a deployment. */
export function targetOf(deployment: Deployment): Target {
  const target = known.get(deployment) ?? newTarget(deployment);
  known.set(deployment, target);
  return target;
}

function newTarget({ model, streaming, maxOutputTokens, rules, providerSettings }: Deployment): Target {
  const responses = hasResponses(providerSettings) ? true : undefined;
  return {
    model,
    vendor: vendorOf(providerSettings),
    streaming,
    ...defined({ hasResponses: responses, maxOutputTokens, rules }),
  };
}
