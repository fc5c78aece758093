import { createHmac, hash } from 'node:crypto';

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
  const { region, now, service = 'bedrock' } = options;
  const keyOf = signingKeys(region, service);
  // The last one is kept: whole services have one address.
  let address: CanonicalAddress | undefined;
  return async ({ method, url, headers: sent, body }) => {
    const { accessKeyId, secretAccessKey, sessionToken } = await options.credentials();
    const time = new Date(now()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const date = time.slice(0, 8);
    const scope = `${date}/${region}/${service}/aws4_request`;
    address = address?.url === url ? address : canonicalAddress(url);
    const bodyHash = hash('sha256', body);
    // One spelling of a name: two that differ in case would be sent as two headers and signed as one.
    const inLowerCase = Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value] as const);
    const headers: Record<string, string> = {
      ...Object.fromEntries(inLowerCase),
      ...{ host: address.host, 'x-amz-date': time, 'x-amz-content-sha256': bodyHash },
      ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    };
    const names = Object.keys(headers)
      .filter((name) => !UNSIGNED.has(name))
      .sort();
    const signed = names.join(';');
    const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/\s+/g, ' ')}\n`);
    const canonical = [method, address.path, address.query, lines.join(''), signed, bodyHash].join('\n');
    const toSign = ['AWS4-HMAC-SHA256', time, scope, hash('sha256', canonical)].join('\n');
    const signature = createHmac('sha256', keyOf(secretAccessKey, date)).update(toSign).digest('hex');
    const proof = `Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return { ...headers, authorization: `AWS4-HMAC-SHA256 ${proof}` };
  };
}

/** What is changed or taken off on the way. */
const UNSIGNED: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'connection',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
]);

/** An address as it is signed: percent-encoded once more. */
interface CanonicalAddress {
  readonly url: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

function canonicalAddress(url: string): CanonicalAddress {
  const { host, pathname, searchParams } = new URL(url);
  // By name, and not by the pair: a name's last character may stand behind `=`.
  const query = [...searchParams]
    .map(([name, value]) => [escaped(name), escaped(value)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  return { url, host, path: escaped(pathname).replaceAll('%2F', '/'), query: query.join('&') };
}

/** Percent-encoded as RFC 3986 has it: `encodeURIComponent` leaves five characters more. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A key is good for a day, a region and a service: the last one is kept, since making it takes four signatures. */
function signingKeys(region: string, service: string): (secret: string, date: string) => Buffer {
  let known: { readonly secret: string; readonly date: string; readonly key: Buffer } | undefined;
  return (secret, date) => {
    if (known?.secret !== secret || known.date !== date) {
      const ofDate = hmac(`AWS4${secret}`, date);
      known = { secret, date, key: hmac(hmac(hmac(ofDate, region), service), 'aws4_request') };
    }
    return known.key;
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
