import { hasResponses } from '../hosts/key-hosts.ts';
import { vendorOf } from '../hosts/vendor-of.ts';
import { defined } from '../model/defined.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { Prompt } from '../model/prompt.ts';
import type { Target } from '../protocols/protocol.ts';
import { ruledMaxOutputTokens } from '../protocols/ruled-limit.ts';

/** What an encoder may know of a deployment. `nowMs`: absent: what was last known. `prompt`: whose features its vendor may not stream. */
export function targetOf(deployment: Deployment, nowMs?: number, prompt?: Prompt): Target {
  const { target, refusals } = factsOf(deployment);
  if (refusals.length === 0 || !target.streaming) {
    return target;
  }
  const features = prompt === undefined ? [] : streamFeatures(prompt);
  return refusesStream(deployment, features, nowMs) ? { ...target, streaming: false } : target;
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
  /** The streams that were asked for in vain, for as long as this instance lives. */
  refusals: readonly RefusedStream[];
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
    refusals: [],
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

/** What of a request a vendor may give no stream for, though it streams others. */
export type StreamFeature = 'tools' | 'format' | 'choices' | 'logprobs' | 'own-members';

/** What a request has of that. */
export function streamFeatures({
  tools,
  format,
  limits,
  logprobs,
  native,
  original,
}: Prompt): readonly StreamFeature[] {
  const options = Object.keys(Object(original.body.stream_options));
  const has: Readonly<Record<StreamFeature, boolean>> = {
    tools: tools.length > 0,
    format: format.kind !== 'text',
    choices: limits.choices > 1,
    logprobs: logprobs !== undefined,
    'own-members': native.size > 0 || options.some((name) => name !== 'include_usage'),
  };
  // The keys are those of the type, which `Object.keys` cannot say.
  return (Object.keys(has) as StreamFeature[]).filter((feature) => has[feature]);
}

/** How long a refusal is remembered: an organisation may be verified meanwhile. */
const REMEMBERED_MS = 3_600_000;

/** What was asked for in vain, and until when that is remembered, in milliseconds since 1970. */
interface RefusedStream {
  readonly features: readonly StreamFeature[];
  readonly untilMs: number;
}

/** Remembers that a deployment's vendor gives this account, or requests with these features, no stream. */
export function noteRefusedStream(deployment: Deployment, features: readonly StreamFeature[], nowMs: number): void {
  const facts = factsOf(deployment);
  const others = facts.refusals.filter((refused) => String(refused.features) !== String(features));
  facts.refusals = [...others, { features, untilMs: nowMs + REMEMBERED_MS }];
}

/**
 * Whether a deployment is known to give no stream for requests with these features: one without any of them was refused, or one with no
 * others. So a request of one caller takes streams from nobody who asks for less. Without `nowMs`: as it was last known.
 */
export function refusesStream(deployment: Deployment, features: readonly StreamFeature[], nowMs?: number): boolean {
  return factsOf(deployment).refusals.some(
    (refused) =>
      (nowMs === undefined || nowMs < refused.untilMs) &&
      refused.features.every((feature) => features.includes(feature)),
  );
}
