import type { Deployment } from '../model/gateway-config.ts';
import type { Target } from './protocol.ts';

/** What an encoder may know of a deployment. */
export function targetOf({ model, streaming, maxOutputTokens, rules }: Deployment): Target {
  return {
    model,
    streaming,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(rules === undefined ? {} : { rules }),
  };
}
