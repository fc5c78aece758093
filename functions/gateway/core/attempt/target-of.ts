import { hasResponses } from '../hosts/openai-paths.ts';
import { vendorOf } from '../hosts/vendor-of.ts';
import { defined } from '../model/defined.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { Target } from '../protocols/protocol.ts';
import { refusesStream } from './refused-streams.ts';

/** What an encoder may know of a deployment. `nowMs`: absent: what was last known. */
export function targetOf(deployment: Deployment, nowMs?: number): Target {
  const target = TARGETS.get(deployment) ?? newTarget(deployment);
  TARGETS.set(deployment, target);
  return target.streaming && refusesStream(deployment, [], nowMs) ? { ...target, streaming: false } : target;
}

/** As the configuration has them: every request asks for those of its deployments. */
const TARGETS = new WeakMap<Deployment, Target>();

function newTarget({ model, provider, streaming, maxOutputTokens, rules, providerSettings }: Deployment): Target {
  const responses = hasResponses(providerSettings) ? true : undefined;
  return {
    model,
    vendor: vendorOf(providerSettings),
    account: provider,
    streaming,
    ...defined({ hasResponses: responses, maxOutputTokens, rules, marksReasoning: providerSettings.marksReasoning }),
  };
}
