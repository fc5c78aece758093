import type { ProtocolName, Provider } from '../model/gateway-config.ts';
import type { Vendor } from '../model/vendor.ts';
import { vendorOf } from './vendor-of.ts';

/** Where Claude is spoken to in Anthropic's words and the other models are not. */
const CLAUDE_IN_OWN_WORDS: ReadonlySet<Vendor> = new Set(['azure', 'vertex']);

/** The wire format of a model, by its maker's name, where it is not that of its neighbours at the same provider; `undefined`: it is. */
export function protocolOfModel(provider: Provider, model: string): ProtocolName | undefined {
  const isClaude = /claude/i.test(model) && CLAUDE_IN_OWN_WORDS.has(vendorOf(provider));
  return isClaude && provider.protocol !== 'anthropic' ? 'anthropic' : undefined;
}
