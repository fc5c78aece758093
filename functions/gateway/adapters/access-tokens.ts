import { hostOf } from '../core/hosts/hosts.ts';
import type { Provider } from '../core/model/gateway-config.ts';
import type { Credentials, Sign } from './credentials.ts';
import { entraScope, entraToken } from './entra-token.ts';
import { type ExpiringValue, renewedValue } from './renewed-value.ts';
import { serviceAccountToken } from './service-account-token.ts';
import { TokenRefusal } from './token-request.ts';
import { GOOGLE_TOKEN_SERVERS, type GoogleTokenServers, workloadIdentityToken } from './workload-identity-token.ts';

/**
 * The token of a provider whose host wants one. `refused`: the token that the host has just refused, so that another is got. Rejects with
 * a `TokenRefusal` where the credential does not do.
 */
export type AccessTokens = (provider: Provider, refused?: string) => Promise<string>;

/** What tokens are got with. */
export interface AccessTokensOptions {
  readonly credentials: Credentials;
  readonly sign: Sign;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Where Google asks who the role is. @default that of the environment, else us-east-1, which knows every role */
  readonly awsRegion?: string;
  /** @default Google's own */
  readonly googleServers?: GoogleTokenServers;
}

/** Tokens of all providers, each kept until it ends. Providers with the same settings share one. */
export function accessTokens(options: AccessTokensOptions): AccessTokens {
  const kept = new Map<string, (refused?: string) => Promise<string>>();
  return (provider, refused) => {
    const name = nameOf(provider);
    const source = kept.get(name) ?? renewedValue(() => newToken(provider, options), options.nowMs);
    kept.set(name, source);
    return source(refused);
  };
}

/** Models of one provider that are spoken to in different words are shown the same token, where it is for the same. */
function nameOf(provider: Provider): string {
  const { apiKey, entra, workloadIdentity } = provider;
  return JSON.stringify([apiKey, workloadIdentity, entra, entra && entraScope(provider)]);
}

/** Whether a provider is shown a token, and not its credential. */
export function wantsToken(provider: Provider): boolean {
  const proof = hostOf(provider).proof(provider);
  return proof === 'entra-token' || proof === 'google-token';
}

async function newToken(provider: Provider, options: AccessTokensOptions): Promise<ExpiringValue<string>> {
  const { entra, workloadIdentity, apiKey } = provider;
  const {
    sign,
    nowMs,
    awsRegion = process.env.AWS_REGION || 'us-east-1',
    googleServers: servers = GOOGLE_TOKEN_SERVERS,
  } = options;
  if (workloadIdentity !== undefined) {
    return workloadIdentityToken(workloadIdentity, { sign, awsRegion, nowMs, servers });
  }
  return withCredential(apiKey ?? '', options, (secret) =>
    entra === undefined ? serviceAccountToken(secret, nowMs) : entraToken(provider, entra, secret, nowMs),
  );
}

/** Where the credential is refused and another stands in its place by now, that one is tried once. */
async function withCredential<Token>(
  name: string,
  { credentials }: AccessTokensOptions,
  exchange: (secret: string) => Promise<Token>,
): Promise<Token> {
  const secret = await credentials(name);
  if (secret === undefined) {
    throw new TokenRefusal(`The credential ${name} is missing.`);
  }
  try {
    return await exchange(secret);
  } catch (error) {
    const rotated = error instanceof TokenRefusal ? await credentials(name, secret) : undefined;
    if (rotated === undefined || rotated === secret) {
      throw error;
    }
    return exchange(rotated);
  }
}
