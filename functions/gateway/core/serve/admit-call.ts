import { callDemand } from '../limits/call-demand.ts';
import type { LimitedKey } from '../limits/key-limiter.ts';
import type { Use } from '../limits/settlement.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { GatewayError } from '../model/gateway-error.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { RequestRecord } from '../model/request-record.ts';
import { type Call, endStage } from './call.ts';
import type { GatewayState } from './gateway-state.ts';
import type { AuthenticatedKey } from './ports.ts';

/** A request that somebody can serve, as far as its key's limits need to know it. */
interface PreparedCall {
  readonly facts: RequestFacts;
  readonly encoded: ReadonlyMap<string, { readonly deployment: Deployment }>;
}

/** The refusal of the call's key that is known to stand, without looking anywhere. */
export function standingRefusal({ ports }: GatewayState, call: Call): GatewayError | undefined {
  const key = limitedKey(call.key);
  return key === undefined ? undefined : ports.keyLimiter?.refusal(key);
}

/** Reserves in the account of the call's key what the call may take; the error where a limit is reached. */
export async function admitCall(
  { ports }: GatewayState,
  call: Call,
  { facts, encoded }: PreparedCall,
): Promise<GatewayError | undefined> {
  const key = limitedKey(call.key);
  if (key === undefined || ports.keyLimiter === undefined) {
    return undefined;
  }
  const beganMs = call.clock.nowMs();
  const deployments = [...encoded.values()].map(({ deployment }) => deployment);
  const demand = callDemand(facts, deployments, ports.config.limits.assumedOutputTokens);
  const admission = await ports.keyLimiter.admit(key, demand);
  endStage(call, 'limits', beganMs);
  if (admission.kind === 'refused') {
    return admission.error;
  }
  call.admission = admission;
  return undefined;
}

/** What an ended call has used: the answer's tokens, and the cost of all its attempts that the vendors bill. */
export function useOf({ usedTokens = 0, costUsd = 0 }: RequestRecord): Use {
  return { requests: 1, tokens: usedTokens, usd: costUsd };
}

function limitedKey(key: AuthenticatedKey | undefined): LimitedKey | undefined {
  return key?.account === undefined ? undefined : { name: key.name, account: key.account, limits: key.limits ?? {} };
}
