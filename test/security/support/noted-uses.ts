import type { Use } from '../../../functions/gateway/core/limits/settlement-ledger.ts';
import type { GatewayPorts } from '../../../functions/gateway/core/serve/ports.ts';

/** One key that has a limit and is always admitted, and whose calls are settled by adding what they used to `uses`. */
export function notedUses(uses: Use[]): Pick<GatewayPorts, 'authenticate' | 'keyLimiter'> {
  return {
    authenticate: async () => ({ name: 'key', account: 'a'.repeat(64), limits: { tokensPerMinute: 1e9 } }),
    keyLimiter: {
      refusal: () => undefined,
      admit: async () => ({ kind: 'admitted', headers: {}, settle: async (use) => void uses.push(use) }),
      noteSpent: async () => undefined,
      close: async () => undefined,
    },
  };
}
