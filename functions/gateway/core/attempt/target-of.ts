import { hasResponses } from '../hosts/openai.ts';
import { vendorOf } from '../hosts/vendor-of.ts';
import { defined } from '../model/defined.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { Prompt } from '../model/prompt.ts';
import type { Target } from '../protocols/protocol.ts';
import { ruledMaxOutputTokens } from '../protocols/ruled-limit.ts';
import { refusesStreamOf } from './refused-streams.ts';

/** What an encoder may know of a deployment. `nowMs`: absent: what was last known. `prompt`: whose features its vendor may not stream. */
export function targetOf(deployment: Deployment, nowMs?: number, prompt?: Prompt): Target {
  const { target } = factsOf(deployment);
  return target.streaming && refusesStreamOf(prompt, deployment, nowMs) ? { ...target, streaming: false } : target;
}

/** The most tokens of one answer of a deployment, by its settings or its protocol's rules of the model; `undefined` where neither says. */
export function longestAnswer(deployment: Deployment): number | undefined {
  return factsOf(deployment).longestAnswer;
}

/** What every request asks of its deployments. */
interface DeploymentFacts {
  /** As the configuration has it. */
  readonly target: Target;
  readonly longestAnswer: number | undefined;
}

const FACTS = new WeakMap<Deployment, DeploymentFacts>();

function factsOf(deployment: Deployment): DeploymentFacts {
  const known = FACTS.get(deployment);
  if (known !== undefined) {
    return known;
  }
  const target = newTarget(deployment);
  const { maxOutputTokens, providerSettings } = deployment;
  const facts = {
    target,
    longestAnswer: maxOutputTokens ?? ruledMaxOutputTokens(providerSettings.protocol, target),
  };
  FACTS.set(deployment, facts);
  return facts;
}

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
