import { openaiWire } from '../../infra/local/simulated/openai-wire.ts';
import type { VendorWire } from '../../infra/local/simulated/vendor-wire.ts';

/** The protocols that a fake can speak. */
export type FakeProtocol = keyof typeof WIRES;

/** The vendor's side of a protocol. */
export function wireOf(protocol: FakeProtocol): VendorWire {
  return WIRES[protocol];
}

const WIRES = { openai: openaiWire } satisfies Record<string, VendorWire>;
