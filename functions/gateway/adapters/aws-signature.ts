import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** What proves to AWS who we are: the function's role, or a developer's profile. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials, as a role has. */
  readonly sessionToken?: string;
}

/** What a signer needs: credentials, region and the time. */
export interface AwsSignerOptions {
  /** Asked for every request: temporary credentials change. Whoever gives them caches them. */
  readonly credentials: () => Promise<AwsCredentials>;
  readonly region: string;
  /** The instant of signing in milliseconds since 1970. AWS refuses a signature more than five minutes off. */
  readonly now: () => number;
  /** The service's name in signatures. @default 'bedrock', which is the runtime's too */
  readonly service?: string;
}

/** A request as it will be sent: a change to its path, its body or a header after signing makes the signature wrong. */
export interface SignableRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Signs requests with AWS Signature Version 4 and gives all their headers, the caller's and the signature's, with names in lower case.
 * The path is signed as it is sent, percent-encoded once more, as every service but S3 wants it: a `%2F` of an inference profile's ARN
 * becomes `%252F`. Source: AWS, "Create a signed AWS API request".
 */
export function awsSigner(options: AwsSignerOptions): (request: SignableRequest) => Promise<Record<string, string>> {
  const signer = new SignatureV4({
    credentials: options.credentials,
    region: options.region,
    service: options.service ?? 'bedrock',
    sha256: Sha256,
  });
  return async (request) => {
    const { protocol, hostname, host, pathname, searchParams } = new URL(request.url);
    const signed = await signer.sign(
      {
        method: request.method,
        protocol,
        hostname,
        path: pathname,
        query: Object.fromEntries(searchParams),
        headers: { ...lowerCased(request.headers), host },
        body: request.body,
      },
      { signingDate: new Date(options.now()) },
    );
    return signed.headers;
  };
}

/** One spelling of a name: two that differ in case would be sent as two headers and signed as one. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Node's SHA-256, or its HMAC where there is a secret, in the shape that the signer asks for. */
class Sha256 {
  readonly #secret: Secret | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Secret) {
    this.#secret = secret;
    this.#hash = newHash(secret);
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = newHash(this.#secret);
  }
}

type Secret = string | ArrayBuffer | ArrayBufferView;

function newHash(secret: Secret | undefined): Hash | Hmac {
  return secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
}

function bytesOf(secret: Secret): Uint8Array {
  if (typeof secret === 'string') {
    return Buffer.from(secret);
  }
  return ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
}
