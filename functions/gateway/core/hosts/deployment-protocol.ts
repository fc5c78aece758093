import type { ProtocolName, Provider } from '../model/gateway-config.ts';
import type { Vendor } from '../model/vendor.ts';
import { vendorOf } from './vendor-of.ts';

interface OwnWords {
  readonly match: RegExp;
  readonly vendors: readonly Vendor[];
  readonly protocol: ProtocolName;
  /** Who says so, and when it was read. */
  readonly source: string;
}

/** Models that are spoken to in their makers' words where the other models of the provider are not. */
export const OWN_WORDS_LINES: readonly OwnWords[] = [
  {
    match: /claude/i,
    vendors: ['azure'],
    protocol: 'anthropic',
    source: 'platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry, 2026-11',
  },
  {
    match: /claude/i,
    vendors: ['vertex'],
    protocol: 'anthropic',
    source: 'cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude, 2026-11',
  },
];

/** The wire format of a model, by its maker's name, where it is not that of its neighbours at the same provider; `undefined`: it is. */
export function protocolOfModel(provider: Provider, model: string): ProtocolName | undefined {
  const vendor = vendorOf(provider);
  const found = OWN_WORDS_LINES.find(({ match, vendors }) => match.test(model) && vendors.includes(vendor))?.protocol;
  return found === provider.protocol ? undefined : found;
}
