import { readServiceAccount } from '../../functions/gateway/adapters/service-account-token.ts';
import { hostOf } from '../../functions/gateway/core/hosts/hosts.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';

/** What is wrong with a credential's form, for people; `undefined` where nothing is. */
export function credentialProblem(config: GatewayConfig, name: string, value: string): string | undefined {
  if (value.trim() === '') {
    return 'is empty';
  }
  if (isServiceAccount(config, name)) {
    return readServiceAccount(value) === undefined ? 'is not the JSON file of a Google service account' : undefined;
  }
  return /^[\x21-\x7e]+$/.test(value) ? undefined : 'has a space, a line end or a letter that no header takes';
}

/** Whether a provider takes the credential as Google's JSON file. */
function isServiceAccount({ providers }: GatewayConfig, name: string): boolean {
  return Object.values(providers).some(
    (provider) => provider.apiKey === name && hostOf(provider).proof(provider) === 'google-token',
  );
}
