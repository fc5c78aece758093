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

/** Whose answers may be as long as the window lets them, by who says so of `max_tokens`, and when it was read. */
export const ONLY_WINDOWS: ReadonlySet<Vendor> = new Set<Vendor>([
  // docs.mistral.ai/api, 2026-11
  'mistral',
  // docs.x.ai/docs/api-reference, 2026-11
  'xai',
  // platform.moonshot.ai/docs/api/chat, 2026-11
  'moonshot',
  // docs.together.ai/reference/chat-completions, 2026-11
  'together',
  // docs.fireworks.ai, 2026-11
  'fireworks',
  // openrouter.ai/docs "Parameters", 2026-11
  'openrouter',
  // inference-docs.cerebras.ai, 2026-11
  'cerebras',
  // docs.perplexity.ai/api-reference, 2026-11
  'perplexity',
  // deepinfra.com/docs, 2026-11
  'deepinfra',
  // huggingface.co/docs/inference-providers, 2026-11
  'huggingface',
  // docs.api.nvidia.com/nim, 2026-11
  'nvidia',
  // docs.sambanova.ai, 2026-11
  'sambanova',
  // docs.ollama.com/api/openai-compatibility, 2026-11
  'ollama',
  // docs.vllm.ai/en/latest/serving, 2026-11
  'vllm',
  // github.com/ggml-org/llama.cpp tools/server/README.md, 2026-11
  'llama.cpp',
]);
