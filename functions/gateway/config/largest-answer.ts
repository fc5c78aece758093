import { vendorOf } from '../core/hosts/vendor-of.ts';
import { defined } from '../core/model/defined.ts';
import type { DeploymentSettings, Provider } from '../core/model/gateway-config.ts';
import { providerOf } from '../core/model/provider-of.ts';
import type { Vendor } from '../core/model/vendor.ts';
import { ruledMaxOutputTokens } from '../core/protocols/ruled-limit.ts';

/** The largest answer of a model, and who says so. */
export interface LargestAnswer {
  readonly tokens: number;
  readonly from: 'file or catalogue' | 'rule' | 'window';
}

/** By the file or the catalogue, else by the protocol's rules of the model, else its window, where its servers have no other limit. */
export function largestAnswer(deployment: DeploymentSettings, provider: Provider): LargestAnswer | undefined {
  const { model, rules, maxOutputTokens, contextWindow } = deployment;
  if (maxOutputTokens !== undefined) {
    return { tokens: maxOutputTokens, from: 'file or catalogue' };
  }
  const vendor = vendorOf(provider);
  const { protocol } = providerOf(provider, deployment);
  const ruled = ruledMaxOutputTokens(protocol, { model, vendor, ...defined({ rules }) });
  if (ruled !== undefined) {
    return { tokens: ruled, from: 'rule' };
  }
  return contextWindow !== undefined && ONLY_WINDOWS.has(vendor)
    ? { tokens: contextWindow, from: 'window' }
    : undefined;
}

/** Whose answers may be as long as the window lets them. Source: each one's chat completion reference, `max_tokens`, 2026-11. */
const ONLY_WINDOWS: ReadonlySet<Vendor> = new Set<Vendor>([
  ...(['mistral', 'xai', 'moonshot', 'together', 'fireworks', 'openrouter', 'cerebras', 'perplexity'] as const),
  ...(['deepinfra', 'huggingface', 'nvidia', 'sambanova', 'ollama', 'vllm', 'llama.cpp'] as const),
]);
