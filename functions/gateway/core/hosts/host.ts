import type { Operation } from '../model/dial.ts';
import type { Dialect } from '../model/dialect.ts';
import type { Provider } from '../model/gateway-config.ts';

/** Where protocols are spoken and what proves who we are. A new one is a file that exports this and one line in `hosts.ts`. */
export interface Host {
  /** The base URL where the configuration has none, without a trailing slash; `undefined`: the configuration must say it. */
  readonly defaultBaseUrl: (provider: Provider) => string | undefined;
  /** What follows the base URL: begins with a slash, already percent-encoded. */
  readonly path: (call: HostedCall) => string;
  /** Headers that prove who we are by the credential. */
  readonly credentialHeaders: (secret: string) => Readonly<Record<string, string>>;
  /** What proves it where no credential is configured: nothing, or a signature by the AWS role, which an adapter makes. */
  readonly withoutCredential: 'nothing' | 'aws-sigv4';
}

/** One call as its address needs it. */
export interface HostedCall {
  readonly dialect: Dialect;
  readonly operation: Operation;
  /** The vendor's model id, an inference profile or an ARN. */
  readonly model: string;
  readonly provider: Provider;
}
