import { tooManyAtOnce } from '../limits/limit-error.ts';
import type { GatewayError } from '../model/gateway-error.ts';
import { type Call, keyOf } from './call.ts';

/** Lets a call in beside those that its key has open, and gives what ends it; the error where the key has as many open as it may. */
export function enterCall(call: Call): (() => void) | GatewayError {
  const { limits } = call.gateway.ports.config;
  const { name = '', account = name, limits: own } = keyOf(call) ?? {};
  const most = own?.callsAtOnce ?? limits.callsAtOnce;
  return call.gateway.openCalls.enter(account, most) ?? tooManyAtOnce(most);
}
