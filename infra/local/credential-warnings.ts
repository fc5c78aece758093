import type { Credentials } from '../../functions/gateway/adapters/credentials.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import { missingCredentials } from '../../functions/gateway/missing-credentials.ts';
import { credentialProblem } from '../cli/credential-form.ts';

/** What is wrong with the credentials that the configuration names, a line each. Never a value. */
export async function credentialWarnings(config: GatewayConfig, credentials: Credentials): Promise<readonly string[]> {
  const missing = await missingCredentials(config, credentials);
  const set = new Map(Object.entries(config.providers).flatMap(([of, { apiKey }]) => (apiKey ? [[apiKey, of]] : [])));
  const lines = [...set].map(async ([name, provider]) => {
    if (missing.includes(name)) {
      return `${name} is not set: ${provider} refuses every call. Set it in the shell that runs npm start.`;
    }
    const problem = credentialProblem(config, name, (await credentials(name)) ?? '');
    return problem === undefined ? undefined : `${name} ${problem}: ${provider} refuses every call.`;
  });
  return (await Promise.all(lines)).filter((line) => line !== undefined);
}
