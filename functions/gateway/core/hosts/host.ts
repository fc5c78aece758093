import type { Operation } from '../model/dial.ts';
import type { Dialect } from '../model/dialect.ts';
import type { Provider } from '../model/gateway-config.ts';

/** Where protocols are spoken and what proves who we are. A new one is a file that exports this and one line in `hosts.ts`. */
export interface Host {
  /** The base URL where the configuration has none, without a trailing slash; `undefined`: the configuration must say it. */
  readonly defaultBaseUrl: (provider: Provider) => string | undefined;
  /** What follows the base URL: begins with a slash, already percent-encoded. */
  readonly path: (call: HostedCall) => string;
  /** What proves who we are there. */
  readonly proof: (provider: Provider) => Proof;
  /** Headers that show the proof: the credential, or the token that it is exchanged for. */
  readonly credentialHeaders: (secret: string, provider: Provider) => Readonly<Record<string, string>>;
}

/**
 * What proves who we are. `credential`: what `apiKey` names, as it is. `aws-sigv4`: a signature by the AWS role. `entra-token`,
 * `google-token`: a token of Microsoft's or Google's, which an adapter gets, keeps and renews.
 */
export type Proof = 'nothing' | 'credential' | 'aws-sigv4' | 'entra-token' | 'google-token';

/** One call as its address needs it. */
export interface HostedCall {
  readonly dialect: Dialect;
  readonly operation: Operation;
  /** The vendor's model id, an inference profile or an ARN. */
  readonly model: string;
  readonly provider: Provider;
}
