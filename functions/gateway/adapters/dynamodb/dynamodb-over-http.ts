import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson, stringMember } from '../../core/wire/json.ts';
import { type AwsCredentials, awsSigner } from '../aws-signature.ts';
import { bodyText, HttpPool, poolRequest } from '../http-pool.ts';
import { systemClock } from '../system-clock.ts';
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
  const tried = new TriedCalls();
  const signer = { credentials, region, service: 'dynamodb' };
  const sign = awsSigner({ ...signer, now: () => systemClock.nowMs() + tried.clockOffsetMs });
  const call = async <Output>(operation: string, body: string, { abortSignal }: CallOptions = {}): Promise<Output> => {
    const unsigned = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` };
    const once = async (): Promise<Answered> => {
      const signed = await sign({ method: 'POST', url: `${endpoint}/`, headers: unsigned, body });
      const headers = { ...signed, 'user-agent': 'nemorouter' };
      const signal = abortSignal ?? AbortSignal.timeout(ANSWER_MS);
      const answer = await poolRequest(pool, { method: 'POST', path: '/', headers, body, signal });
      return { status: answer.statusCode, date: answer.headers.date, body: await bodyText(answer.body) };
    };
    return JSON.parse(await tried.call(once, abortSignal)) as Output;
  };
  return {
    getItem: (input, options) => call('GetItem', JSON.stringify(input), options),
    updateItem: (input, options) => call('UpdateItem', JSON.stringify(input), options),
    batchGetItem: (input, options) => call('BatchGetItem', JSON.stringify(input), options),
    // The one call that carries binary attributes: with a function JSON takes twice as long.
    batchWriteItem: (input, options) => call('BatchWriteItem', JSON.stringify(input, withBase64), options),
    query: (input, options) => call('Query', JSON.stringify(input), options),
    deleteItem: (input, options) => call('DeleteItem', JSON.stringify(input), options),
    destroy: () => void pool.destroy(),
  };
}

/** Binary attributes, as DynamoDB's JSON has them. */
function withBase64(_: string, value: unknown): unknown {
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
    : value;
}

/** An answer of DynamoDB's. */
export interface Answered {
  readonly status: number;
  /** The header, if any. */
  readonly date: string | undefined;
  readonly body: string;
}

/** DynamoDB has refused a call. `name` is its code, as `ConditionalCheckFailedException`. */
class DynamoDbError extends Error {
  readonly status: number;
  /** Whether it was signed at another time than AWS's, which is known now. */
  isOfClock = false;

  constructor({ status, body }: Answered) {
    const answer = parseJson(body);
    super(stringMember(answer, 'message') ?? stringMember(answer, 'Message') ?? `status ${status}`);
    this.name = stringMember(answer, '__type')?.split('#').at(-1) ?? `Status${status}`;
    this.status = status;
  }
}

const MAX_TRIES = 3;
/** AWS takes signatures that are five minutes off. */
const MAX_SKEW_MS = 240_000;
const MAX_WAIT_MS = 20_000;

/** How the SDK's standard mode tries again: how long it waits at first, and what it takes from what is kept for tries. */
const KINDS = {
  passing: { waitMs: 50, cost: 14 },
  throttled: { waitMs: 1000, cost: 5 },
  /** Will be refused again. */
  lasting: { waitMs: 0, cost: Infinity },
} as const;

type Kind = keyof typeof KINDS;

/** What is kept for tries at the most. Where everything fails, nothing is tried again until calls succeed. */
const RESERVE = 500;

/**
 * Tries calls again as the SDK's standard mode does: what broke, took too long, was throttled or failed inside of AWS, at most three times,
 * after a random wait that doubles. Source: AWS SDKs and Tools reference, "Retry behavior".
 */
export class TriedCalls {
  readonly #random: () => number;
  #reserve = RESERVE;
  /** How far the service's clock is before ours, as far as it has complained. */
  clockOffsetMs = 0;

  /** Nothing has failed so far. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Makes a call, up to three times. Gives the body of an answer that is no error. */
  async call(once: () => Promise<Answered>, signal: AbortSignal | undefined): Promise<string> {
    let spent = 0;
    for (let tries = 1; ; tries += 1) {
      const answered = await once().catch((error: unknown) => broken(error, signal));
      if (!(answered instanceof Error) && answered.status < 300) {
        this.#reserve = Math.min(RESERVE, this.#reserve + Math.max(1, spent));
        return answered.body;
      }
      const outcome = answered instanceof Error ? answered : this.#refusal(answered);
      const { waitMs, cost } = KINDS[kindOf(outcome)];
      if (tries === MAX_TRIES || this.#reserve < cost) {
        throw outcome;
      }
      spent = cost;
      this.#reserve -= cost;
      await waited(this.#random() * Math.min(waitMs * 2 ** (tries - 1), MAX_WAIT_MS), signal);
    }
  }

  #refusal(answered: Answered): DynamoDbError {
    const refusal = new DynamoDbError(answered);
    const theirOffsetMs = CLOCK_CODES.has(refusal.name) ? Date.parse(answered.date ?? '') - Date.now() : Number.NaN;
    if (Math.abs(theirOffsetMs - this.clockOffsetMs) > MAX_SKEW_MS) {
      this.clockOffsetMs = theirOffsetMs;
      refusal.isOfClock = true;
    }
    return refusal;
  }
}

function waited(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  return sleep(waitMs, undefined, signal === undefined ? {} : { signal });
}

/** What has no answer: ended by its signal, or by something that passes. */
function broken(cause: unknown, signal: AbortSignal | undefined): Error {
  const name = signal?.aborted === true ? 'AbortError' : 'TimeoutError';
  return Object.assign(new Error(String(cause), { cause }), { name });
}

/** What a signature of another time is refused with. */
const CLOCK_CODES: ReadonlySet<string> = new Set([
  'InvalidSignatureException',
  'RequestExpired',
  'RequestTimeTooSkewed',
]);

const THROTTLING_CODES: ReadonlySet<string> = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionInProgressException',
]);

const PASSING_STATUSES: ReadonlySet<number> = new Set([500, 502, 503, 504]);

function kindOf(error: Error): Kind {
  if (!(error instanceof DynamoDbError)) {
    return error.name === 'AbortError' ? 'lasting' : 'passing';
  }
  if (error.status === 429 || THROTTLING_CODES.has(error.name)) {
    return 'throttled';
  }
  return PASSING_STATUSES.has(error.status) || error.isOfClock ? 'passing' : 'lasting';
}
