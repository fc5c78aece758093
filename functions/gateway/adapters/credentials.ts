import type { SignableRequest } from './aws-signature.ts';

/**
 * Looks up a credential by its name; `undefined` where there is none. `refused` is the value that the provider has just refused: a store
 * that remembers looks again, in case it has been rotated.
 */
export type Credentials = (name: string, refused?: string) => Promise<string | undefined>;

/**
 * Signs a request with the AWS role: all its headers, those of the signature among them. `service` is the name in the signature, by
 * default Bedrock's.
 */
export type Sign = (
  request: SignableRequest,
  region: string,
  service?: string,
) => Promise<Readonly<Record<string, string>>>;
