import { numberMember, stringMember } from '../core/wire/json.ts';
import type { ExpiringValue } from './renewed-value.ts';
import { TokenRefusal } from './token-request.ts';

/** OAuth leaves it open how long a token without `expires_in` lasts: so long for sure. */
const SHORT_SECONDS = 300;

/** The access token in a token server's answer. Source: RFC 6749, section 5.1. */
export function oauthToken(answer: unknown, nowMs: number): ExpiringValue<string> {
  const value = stringMember(answer, 'access_token');
  if (value === undefined) {
    throw new TokenRefusal('The token server answered without a token.');
  }
  return { value, expiresAtMs: nowMs + (numberMember(answer, 'expires_in') ?? SHORT_SECONDS) * 1000 };
}
