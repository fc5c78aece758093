import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { anthropicWire } from '../../infra/local/simulated/anthropic-wire.ts';
import { geminiWire } from '../../infra/local/simulated/gemini-wire.ts';
import { openaiResponsesWire } from '../../infra/local/simulated/openai-responses-wire.ts';
import { openaiWire } from '../../infra/local/simulated/openai-wire.ts';
import type { VendorWire } from '../../infra/local/simulated/vendor-wire.ts';
import { bedrockWire } from './bedrock-wire.ts';

/** The vendor's side of a protocol. */
export function wireOf(protocol: ProtocolName): VendorWire {
  return WIRES[protocol];
}

const WIRES = {
  openai: openaiWire,
  'openai-responses': openaiResponsesWire,
  anthropic: anthropicWire,
  gemini: geminiWire,
  bedrock: bedrockWire,
} satisfies Record<ProtocolName, VendorWire>;
