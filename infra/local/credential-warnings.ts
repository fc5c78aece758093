import type { Credentials } from '../../functions/gateway/adapters/credentials.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import { missingCredentials } from '../../functions/gateway/missing-credentials.ts';
import { credentialProblem } from '../cli/credential-form.ts';

/** What is wrong with the credentials that the configuration names, a line each. Never a value. */
export async function credentialWarnings(config: GatewayConfig, credentials: Credentials): Promise<readonly string[]> {
  const missing = await missingCredentials(config, credentials);
  const unset = missing.map(
    (name) => `${name} is not set: ${usersOf(config, name)} cannot be called. Set it in the shell that runs npm start.`,
  );
  const names = [...new Set(Object.values(config.providers).flatMap(({ apiKey }) => apiKey ?? []))];
  const malformed = names.map(async (name) => {
    const value = (await credentials(name)) ?? '';
    const problem = missing.includes(name) ? undefined : credentialProblem(config, name, value);
    return problem === undefined ? [] : [`${name} ${problem}: ${usersOf(config, name)} refuses every call.`];
  });
  return [...unset, ...(await Promise.all(malformed)).flat()];
}

function usersOf({ providers }: GatewayConfig, name: string): string {
  const users = Object.entries(providers).filter(([, { apiKey }]) => apiKey === name);
  return users.map(([provider]) => provider).join(' and ') || 'the OTLP collector';
}
