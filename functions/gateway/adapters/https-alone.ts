import type { Gateway } from '../core/serve/gateway.ts';

/** A year, in seconds. Without `includeSubDomains`: below an address of AWS, or a domain of the operator's, others live. */
const HSTS = { 'strict-transport-security': 'max-age=31536000' } as const;

/** Tells browsers to ask by HTTPS alone from now on: for a gateway that nobody reaches otherwise, as in AWS. Source: RFC 6797. */
export function httpsAlone(gateway: Gateway): Gateway {
  return async (request) => {
    const answer = await gateway(request);
    return { ...answer, headers: { ...answer.headers, ...HSTS } };
  };
}
