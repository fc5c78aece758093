import { hasResponses } from '../hosts/openai-paths.ts';
import { vendorOf } from '../hosts/vendor-of.ts';
import { defined } from '../model/defined.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { Target } from '../protocols/protocol.ts';

/** What an encoder may know of a deployment. */
export function targetOf({ model, streaming, maxOutputTokens, rules, providerSettings }: Deployment): Target {
  const responses = hasResponses(providerSettings) ? true : undefined;
  return {
    model,
    vendor: vendorOf(providerSettings),
    streaming,
    ...defined({ hasResponses: responses, maxOutputTokens, rules }),
  };
}
