import { hasResponses } from '../hosts/openai-paths.ts';
import { vendorOf } from '../hosts/vendor-of.ts';
import { defined } from '../model/defined.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { Target } from '../protocols/protocol.ts';
import { refusesStream } from './stream-refusals.ts';

/** What an encoder may know of a deployment. `nowMs`: absent: what was last known. */
export function targetOf(deployment: Deployment, nowMs?: number): Target {
  const { model, provider, maxOutputTokens, rules, providerSettings } = deployment;
  const streaming = deployment.streaming && !refusesStream(deployment, 'any', nowMs);
  const responses = hasResponses(providerSettings) ? true : undefined;
  return {
    model,
    vendor: vendorOf(providerSettings),
    account: provider,
    streaming,
    ...defined({ hasResponses: responses, maxOutputTokens, rules, marksReasoning: providerSettings.marksReasoning }),
  };
}
