import { hasResponses } from '../hosts/openai-paths.ts';
import { vendorOf } from '../hosts/vendor-of.ts';
import { defined } from '../model/defined.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { Prompt } from '../model/prompt.ts';
import type { Target } from '../protocols/protocol.ts';
import { refusesStreamOf } from './refused-streams.ts';

/** What an encoder may know of a deployment. `nowMs`: absent: what was last known. `prompt`: whose features its vendor may not stream. */
export function targetOf(deployment: Deployment, nowMs?: number, prompt?: Prompt): Target {
  const known = TARGETS.get(deployment);
  const target = known ?? newTarget(deployment);
  if (known === undefined) {
    TARGETS.set(deployment, target);
  }
  return target.streaming && refusesStreamOf(prompt, deployment, nowMs) ? { ...target, streaming: false } : target;
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
