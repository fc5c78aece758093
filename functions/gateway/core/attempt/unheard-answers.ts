import type { AttemptReport } from '../model/attempt.ts';
import type { UpstreamRequest } from '../model/dial.ts';
import type { Vendor } from '../model/vendor.ts';

/** Who makes the rest of a streamed answer, and bills it, when its reader has hung up. Source: OpenRouter, "Stream cancellation", 2026-11. */
const GO_ON: ReadonlySet<Vendor> = new Set<Vendor>([
  ...(['bedrock', 'google-ai', 'vertex', 'groq', 'mistral', 'perplexity'] as const),
  ...(['huggingface', 'sambanova', 'dashscope'] as const),
]);

/**
 * What a vendor makes, and bills, though nobody listens any more: the rest of a stream, or a whole answer, which is silent until it is made.
 * `undefined`: nothing.
 */
export function madeUnheard(
  { operation }: Pick<UpstreamRequest, 'operation'>,
  vendor: Vendor | undefined,
): AttemptReport['unheard'] {
  if (operation === 'answer') {
    return 'whole';
  }
  return vendor !== undefined && GO_ON.has(vendor) ? 'rest' : undefined;
}
