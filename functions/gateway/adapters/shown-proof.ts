import type { Host, Proof } from '../core/hosts/host.ts';
import type { Provider } from '../core/model/gateway-config.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { SignableRequest } from './aws-signature.ts';
import type { Credentials, Sign } from './credentials.ts';

/** Where proofs come from. */
export interface ProofSources {
  readonly credentials: Credentials;
  readonly sign: Sign;
  readonly tokens: AccessTokens;
}

/** Where a provider is asked, and what it wants to be shown there. */
export interface ProvenPlace {
  readonly provider: Provider;
  readonly host: Host;
  readonly proof: Proof;
  readonly url: string;
}

/** What shows a provider who we are. */
export interface ShownProof {
  readonly headers: Readonly<Record<string, string>>;
  /** The credential or token among the headers. */
  readonly key?: string;
}

/**
 * What shows a provider who we are: nothing for one that wants nothing, `undefined` where the credential is missing. `key`: the one to
 * show, where it is known already.
 */
export async function shownProof(
  place: ProvenPlace,
  request: SignableRequest,
  sources: ProofSources,
  key?: string,
): Promise<ShownProof | undefined> {
  const { provider, host, proof } = place;
  switch (proof) {
    case 'nothing':
      return { headers: {} };
    case 'aws-sigv4':
      return signature(provider, request, sources);
    case 'credential':
    case 'entra-token':
    case 'google-token': {
      const shown = key ?? (await currentKey(place, sources));
      return shown === undefined ? undefined : { headers: host.credentialHeaders(shown, provider), key: shown };
    }
  }
}

/** The credential or token that a provider is shown; another one than `refused`, where there is one by now. `undefined`: none. */
export async function currentKey(
  { provider, proof }: ProvenPlace,
  { credentials, tokens }: ProofSources,
  refused?: string,
): Promise<string | undefined> {
  switch (proof) {
    case 'credential':
      return refused === undefined ? credentials(provider.apiKey ?? '') : credentials(provider.apiKey ?? '', refused);
    case 'entra-token':
    case 'google-token':
      return tokens(provider, refused);
    case 'nothing':
    case 'aws-sigv4':
      return undefined;
  }
}

async function signature(
  { region }: Provider,
  request: SignableRequest,
  { sign }: ProofSources,
): Promise<ShownProof | undefined> {
  if (region === undefined) {
    return { headers: {} };
  }
  // Source: Amazon Bedrock user guide, "Endpoints supported by Amazon Bedrock".
  const service = new URL(request.url).hostname.startsWith('bedrock-mantle.') ? 'bedrock-mantle' : 'bedrock';
  try {
    return { headers: await sign(request, region, service) };
  } catch {
    // The credentials provider found none: what it says may name files and hosts of the operator's.
    return undefined;
  }
}
