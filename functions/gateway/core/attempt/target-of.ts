import { hasResponses } from '../hosts/openai-paths.ts';
import { vendorOf } from '../hosts/vendor-of.ts';
import { defined } from '../model/defined.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { Target } from '../protocols/protocol.ts';

/** What an encoder may know of a deployment. `nowMs`: absent: what was last known. */
export function targetOf(deployment: Deployment, nowMs?: number): Target {
  const target = TARGETS.get(deployment) ?? newTarget(deployment);
  TARGETS.set(deployment, target);
  return target.streaming && refusesStream(deployment, 'any', nowMs) ? { ...target, streaming: false } : target;
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

/** How long a refusal is remembered: an organisation may be verified meanwhile. */
const REMEMBERED_MS = 3_600_000;

/** What a stream was refused for: everything, or requests with tools. */
export type RefusedStream = 'any' | 'with-tools';

/** By deployment, and for as long as this instance lives. Milliseconds since 1970. */
const refusals = new WeakMap<Deployment, Partial<Record<RefusedStream, number>>>();

/** Remembers that a deployment's vendor gives this account, or a request with tools, no stream. */
export function noteRefusedStream(deployment: Deployment, what: RefusedStream, nowMs: number): void {
  refusals.set(deployment, { ...refusals.get(deployment), [what]: nowMs + REMEMBERED_MS });
}

/** Whether a deployment is known to give no stream. Without `nowMs`: as it was last known. */
export function refusesStream(deployment: Deployment, what: RefusedStream, nowMs?: number): boolean {
  const untilMs = refusals.get(deployment)?.[what];
  return untilMs !== undefined && (nowMs === undefined || nowMs < untilMs);
}
