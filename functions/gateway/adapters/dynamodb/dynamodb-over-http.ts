import { type AwsCredentials, awsSigner } from '../aws-signature.ts';
import { bodyText, HttpPool, poolRequest } from '../http-pool.ts';
import { systemClock } from '../system-clock.ts';
import { type Answered, triedCalls } from './call-tries.ts';
import type { CallOptions, DynamoDbCalls } from './dynamodb-calls.ts';

/** In the same region: what takes longer has failed, and there must be time left to say so. */
const CONNECT_MS = 1000;
/** The whole answer has to come within this time, where the call has no limit of its own: an `abortSignal`. */
const ANSWER_MS = 2000;

/** Where DynamoDB is and what proves who we are. */
export interface DynamoDbOverHttpOptions {
  /** As `https://dynamodb.us-east-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentials>;
}

/** DynamoDB over connections of the same kind as the providers'. */
export interface DynamoDbOverHttp extends DynamoDbCalls {
  readonly destroy: () => void;
}

/**
 * The calls of DynamoDB that the gateway makes, signed and sent as the SDK's client does it, with the same tries, and without its
 * middleware: that takes some 160 KB of the bundle and, where there is one call at a time, a third of a request's processor time.
 */
export function dynamoDbOverHttp({ endpoint, region, credentials }: DynamoDbOverHttpOptions): DynamoDbOverHttp {
  const pool = new HttpPool(new URL(endpoint).origin, CONNECT_MS);
  const tried = triedCalls();
  const signer = { credentials, region, service: 'dynamodb' };
  const sign = awsSigner({ ...signer, now: () => systemClock.nowMs() + tried.clockOffsetMs() });
  const call = async <Output>(operation: string, input: object, { abortSignal }: CallOptions = {}): Promise<Output> => {
    const body = JSON.stringify(input, withBase64);
    const unsigned = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` };
    const once = async (): Promise<Answered> => {
      const headers = await sign({ method: 'POST', url: `${endpoint}/`, headers: unsigned, body });
      return exchange(pool, headers, body, abortSignal ?? AbortSignal.timeout(ANSWER_MS));
    };
    return JSON.parse(await tried.call(once, abortSignal)) as Output;
  };
  return {
    getItem: (input, options) => call('GetItem', input, options),
    updateItem: (input, options) => call('UpdateItem', input, options),
    batchGetItem: (input, options) => call('BatchGetItem', input, options),
    batchWriteItem: (input, options) => call('BatchWriteItem', input, options),
    query: (input, options) => call('Query', input, options),
    deleteItem: (input, options) => call('DeleteItem', input, options),
    destroy: () => void pool.destroy(),
  };
}

/** Binary attributes, as DynamoDB's JSON has them. */
function withBase64(_: string, value: unknown): unknown {
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
    : value;
}

async function exchange(
  pool: HttpPool,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<Answered> {
  const sent = { ...headers, 'user-agent': 'nemorouter' };
  const answer = await poolRequest(pool, { method: 'POST', path: '/', headers: sent, body, signal });
  return { status: answer.statusCode, date: answer.headers.date, body: await bodyText(answer.body) };
}
