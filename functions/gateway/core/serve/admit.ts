import { callDemand } from '../limits/call-demand.ts';
import type { LimitedKey } from '../limits/key-limiter.ts';
import type { Use } from '../limits/settlement.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { GatewayError } from '../model/gateway-error.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { RequestRecord } from '../model/request-record.ts';
import { type Call, endStage, keyOf } from './call.ts';
import type { AuthenticatedKey } from './ports.ts';

/** The refusal of the call's key that is known to stand, without looking anywhere. */
export function standingRefusal(call: Call): GatewayError | undefined {
  const key = limitedKey(keyOf(call));
  return key === undefined ? undefined : call.gateway.ports.keyLimiter?.refusal(key);
}

/** Reserves in the account of the call's key what the call may take at the dearest deployment; the error where a limit is reached. */
export async function admit(
  call: Call,
  facts: RequestFacts,
  deployments: readonly Deployment[],
): Promise<GatewayError | undefined> {
  const { keyLimiter, clock, config } = call.gateway.ports;
  const key = limitedKey(keyOf(call));
  if (key === undefined || keyLimiter === undefined) {
    return undefined;
  }
  const beganMs = clock.nowMs();
  const admission = await keyLimiter.admit(key, callDemand(facts, deployments, config.limits.assumedOutputTokens));
  endStage(call, 'limits', beganMs);
  if (admission.kind === 'refused') {
    return admission.error;
  }
  call.log.add({ kind: 'admitted', admission });
  return undefined;
}

/** What an ended call has used: the answer's tokens, and the cost of all its attempts that the vendors bill. */
export function useOf({ usedTokens = 0, costUsd = 0 }: RequestRecord): Use {
  return { requests: 1, tokens: usedTokens, usd: costUsd };
}

function limitedKey(key: AuthenticatedKey | undefined): LimitedKey | undefined {
  return key?.account === undefined ? undefined : { name: key.name, account: key.account, limits: key.limits ?? {} };
}
