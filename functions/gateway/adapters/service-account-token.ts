import { createPrivateKey, sign } from 'node:crypto';
import { defined } from '../core/model/defined.ts';
import { parseJson, stringMember } from '../core/wire/json.ts';
import { GOOGLE_SCOPE } from './google-scope.ts';
import { oauthToken } from './oauth-token.ts';
import type { ExpiringValue } from './renewed-value.ts';
import { requestToken, TokenRefusal } from './token-request.ts';

const TOKEN_URL = 'https://oauth2.googleapis.com/token';
/** Google takes no more than an hour. */
const LIFE_SECONDS = 3600;

/** A Google service account's key, as the JSON file that Google gives. */
interface ServiceAccount {
  readonly email: string;
  readonly privateKey: string;
  readonly keyId: string | undefined;
  readonly tokenUrl: string;
}

/**
 * A token of Google's for a service account's key: an assertion signed with RS256, exchanged for a token. `text`: the key's JSON file.
 * Source: Google Identity, "Using OAuth 2.0 for Server to Server Applications"; RFC 7523.
 */
export async function serviceAccountToken(text: string, nowMs: () => number): Promise<ExpiringValue<string>> {
  const account = readServiceAccount(text);
  if (account === undefined) {
    throw new TokenRefusal('The credential is not the JSON file of a Google service account.');
  }
  const assertion = signedAssertion(account, Math.floor(nowMs() / 1000));
  const answer = await requestToken({
    url: account.tokenUrl,
    form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion },
    secrets: [assertion],
  });
  return oauthToken(answer, nowMs());
}

/** The parts of the file that are needed; `undefined` where it is another thing. */
export function readServiceAccount(text: string): ServiceAccount | undefined {
  const json = parseJson(text);
  const [email, privateKey] = [stringMember(json, 'client_email'), stringMember(json, 'private_key')];
  const tokenUrl = stringMember(json, 'token_uri') ?? TOKEN_URL;
  return email === undefined || privateKey === undefined || !isSafe(tokenUrl)
    ? undefined
    : { email, privateKey, keyId: stringMember(json, 'private_key_id'), tokenUrl };
}

/** The assertion is as good as a token: it goes out encrypted, or to this machine. */
function isSafe(url: string): boolean {
  return URL.canParse(url) && (new URL(url).protocol === 'https:' || new URL(url).hostname === '127.0.0.1');
}

function signedAssertion({ email, privateKey, keyId, tokenUrl }: ServiceAccount, nowSeconds: number): string {
  const header = { alg: 'RS256', typ: 'JWT', ...defined({ kid: keyId }) };
  const claims = { iss: email, scope: GOOGLE_SCOPE, aud: tokenUrl, iat: nowSeconds, exp: nowSeconds + LIFE_SECONDS };
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${signature(signed, privateKey)}`;
}

function encoded(json: object): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url');
}

/** What OpenSSL says of a key it cannot read may quote it. */
function signature(text: string, privateKey: string): string {
  try {
    return sign('sha256', Buffer.from(text), createPrivateKey(privateKey)).toString('base64url');
  } catch {
    throw new TokenRefusal(
      "The service account's private_key cannot be read: it must be a PEM block with its line ends.",
    );
  }
}
