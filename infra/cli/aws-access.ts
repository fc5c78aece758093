import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AwsCredentials, awsSigner } from '../../functions/gateway/adapters/aws-signature.ts';
import { parseJson, stringMember } from '../../functions/gateway/core/wire/json.ts';

/** Where a command calls AWS. */
export interface AwsAccess {
  readonly region: string;
  /** An emulator's address in AWS's place, without a trailing slash. */
  readonly endpoint?: string;
  /** Where an emulator on this machine wants a certain one. */
  readonly accessKeyId?: string;
}

/** What an SDK client is given. An emulator on this machine checks no credentials, but clients insist on some. */
export function clientConfig({ region, endpoint, accessKeyId = 'local' }: AwsAccess): {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentials;
} {
  if (endpoint === undefined) {
    return { region };
  }
  const isHere = LOOPBACK.includes(new URL(endpoint).hostname);
  return { region, endpoint, ...(isHere ? { credentials: { accessKeyId, secretAccessKey: 'local' } } : {}) };
}

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** The credentials that the AWS CLI would use here: environment, profile, single sign-on. Asked for when first needed. */
function credentialsOf(access: AwsAccess): () => Promise<AwsCredentials> {
  // Any client of the SDK carries the standard chain.
  const client = new DynamoDBClient(clientConfig(access));
  return () => client.config.credentials();
}

/** A service's address, as `https://lambda.us-east-1.amazonaws.com`. */
function endpointOf({ region, endpoint }: AwsAccess, service: string): string {
  return endpoint ?? `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** AWS has refused a request. `name` is its code, as `ResourceNotFoundException`. */
export class AwsError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export interface AwsRequest {
  /** As in the service's address and its signatures. */
  readonly service: 'bedrock' | 'dynamodb' | 'lambda' | 'logs' | 'secretsmanager' | 'sns' | 'ssm';
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const ANSWER_MS = 20_000;

/** One signed request to a service that speaks JSON, for which a client of its own would be a dependency more. Rejects with `AwsError`. */
export async function askAws(access: AwsAccess, request: AwsRequest): Promise<unknown> {
  return parseJson(await askAwsForText(access, request));
}

/** As `askAws`, of a service that answers with XML. */
export async function askAwsForText(access: AwsAccess, request: AwsRequest): Promise<string> {
  const { service, method, path, headers = {}, body = '' } = request;
  const url = endpointOf(access, service) + path;
  const sign = awsSigner({ credentials: credentialsOf(access), region: access.region, now: Date.now, service });
  const { host: _, ...signed } = await sign({ method, url, headers, body });
  const response = await fetch(url, {
    method,
    headers: signed,
    signal: AbortSignal.timeout(ANSWER_MS),
    ...(method === 'GET' ? {} : { body }),
  });
  const text = await response.text();
  if (response.ok) {
    return text;
  }
  const answer = parseJson(text);
  const code = stringMember(answer, '__type') ?? response.headers.get('x-amzn-errortype') ?? `Status${response.status}`;
  const message = stringMember(answer, 'message') ?? stringMember(answer, 'Message') ?? `status ${response.status}`;
  throw new AwsError(code.split('#').at(-1)?.split(':', 1)[0] ?? code, message);
}
