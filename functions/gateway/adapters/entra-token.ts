import type { Provider } from '../core/model/gateway-config.ts';
import type { EntraSettings } from '../core/model/token-settings.ts';
import { oauthToken } from './oauth-token.ts';
import type { ExpiringValue } from './renewed-value.ts';
import { requestToken } from './token-request.ts';

const AUTHORITY = 'https://login.microsoftonline.com';

/**
 * A token of Microsoft Entra ID for an application's client secret. Source: Microsoft identity platform, "OAuth 2.0 client credentials
 * flow".
 */
export async function entraToken(
  provider: Provider,
  entra: EntraSettings,
  secret: string,
  nowMs: () => number,
): Promise<ExpiringValue<string>> {
  const { tenantId, clientId, authority = AUTHORITY } = entra;
  const answer = await requestToken({
    url: `${authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
    form: {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secret,
      scope: entraScope(provider),
    },
    secrets: [secret],
  });
  return oauthToken(answer, nowMs());
}

/**
 * What a provider's token is for: Foundry's models have one scope, Azure OpenAI's older addresses another. Sources: Azure OpenAI, "API version
 * lifecycle"; Foundry SDK of Anthropic.
 */
export function entraScope({ baseUrl, protocol, entra }: Provider): string {
  const isFoundry = protocol === 'anthropic' || /\.services\.ai\.azure\.com(?:[:/]|$)/.test(baseUrl ?? '');
  const usual = isFoundry ? 'https://ai.azure.com/.default' : 'https://cognitiveservices.azure.com/.default';
  return entra?.scope ?? usual;
}
