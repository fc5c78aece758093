import type { WorkloadIdentitySettings } from '../core/model/token-settings.ts';
import { stringMember } from '../core/wire/json.ts';
import type { SignableRequest } from './aws-signature.ts';
import { GOOGLE_SCOPE } from './google-scope.ts';
import { oauthToken } from './oauth-token.ts';
import type { ExpiringValue } from './renewed-value.ts';
import { requestToken, TokenRefusal } from './token-request.ts';

/** Where Google gives tokens for foreign identities and for service accounts. */
export interface GoogleTokenServers {
  readonly exchange: string;
  readonly impersonation: string;
}

/** Google's own: docs.cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds. */
export const GOOGLE_TOKEN_SERVERS: GoogleTokenServers = {
  exchange: 'https://sts.googleapis.com/v1/token',
  impersonation: 'https://iamcredentials.googleapis.com/v1',
};

/** What the exchange needs beside the settings. */
export interface WorkloadIdentityOptions {
  readonly sign: (
    request: SignableRequest,
    region: string,
    service: string,
  ) => Promise<Readonly<Record<string, string>>>;
  /** The region of AWS whose token service Google is to ask. */
  readonly awsRegion: string;
  readonly nowMs: () => number;
  readonly servers: GoogleTokenServers;
}

/**
 * A token of Google's for the AWS role. The proof is a request to AWS, "who am I", that is signed and not sent: Google sends it, and gives
 * a token to the identity that AWS names, or to the service account that this identity may act as. Source: Google Cloud IAM, "Configure
 * Workload Identity Federation with AWS", and its Security Token Service API reference.
 */
export async function workloadIdentityToken(
  { audience, serviceAccount }: WorkloadIdentitySettings,
  options: WorkloadIdentityOptions,
): Promise<ExpiringValue<string>> {
  const { servers, nowMs } = options;
  const subject = await subjectToken(audience, options);
  const answer = await requestToken({
    url: servers.exchange,
    form: {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience,
      scope: GOOGLE_SCOPE,
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
      subject_token: subject,
    },
    secrets: [subject],
  });
  const federated = oauthToken(answer, nowMs());
  return serviceAccount === undefined ? federated : impersonated(serviceAccount, federated.value, options);
}

async function subjectToken(audience: string, { sign, awsRegion }: WorkloadIdentityOptions): Promise<string> {
  const url = `https://sts.${awsRegion}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15`;
  const headers = { 'x-goog-cloud-target-resource': audience };
  const signed = await sign({ method: 'POST', url, headers, body: '' }, awsRegion, 'sts').catch(() => {
    // What the provider of credentials says may name files of the operator's.
    throw new TokenRefusal('There are no AWS credentials to show to Google.');
  });
  const list = Object.entries({ host: new URL(url).host, ...signed }).map(([key, value]) => ({ key, value }));
  return encodeURIComponent(JSON.stringify({ url, method: 'POST', headers: list }));
}

async function impersonated(
  account: string,
  token: string,
  { servers }: WorkloadIdentityOptions,
): Promise<ExpiringValue<string>> {
  const answer = await requestToken({
    url: `${servers.impersonation}/projects/-/serviceAccounts/${encodeURIComponent(account)}:generateAccessToken`,
    headers: { authorization: `Bearer ${token}` },
    json: { scope: [GOOGLE_SCOPE], lifetime: '3600s' },
    secrets: [token],
  });
  const value = stringMember(answer, 'accessToken');
  const expiresAtMs = Date.parse(stringMember(answer, 'expireTime') ?? '');
  if (value === undefined || Number.isNaN(expiresAtMs)) {
    throw new TokenRefusal(`Google gave no token for ${account}.`);
  }
  return { value, expiresAtMs };
}
