import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AttributeValue,
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  DeleteItemCommandInput,
  GetItemCommandInput,
  GetItemCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { parseJson, stringMember } from '../../core/json.ts';
import { type AwsCredentials, awsSigner } from '../aws-signature.ts';
import { httpPool, poolRequest } from '../http-pool.ts';

/** An item or a key, with values as the API has them: `{"N": "1"}`. */
export type Item = Record<string, AttributeValue>;

/** The operations that the gateway needs, each with what it takes and gives. Without values of bytes. */
interface Operations {
  readonly GetItem: { readonly input: GetItemCommandInput; readonly output: Pick<GetItemCommandOutput, 'Item'> };
  readonly UpdateItem: {
    readonly input: UpdateItemCommandInput;
    readonly output: Pick<UpdateItemCommandOutput, 'Attributes'>;
  };
  readonly DeleteItem: { readonly input: DeleteItemCommandInput; readonly output: object };
  readonly BatchGetItem: {
    readonly input: BatchGetItemCommandInput;
    readonly output: Pick<BatchGetItemCommandOutput, 'Responses' | 'UnprocessedKeys'>;
  };
}

/** DynamoDB, as far as the gateway uses it. */
export interface DynamoDbApi {
  /**
   * One operation. Rejects with a `DynamoDbError` where DynamoDB refuses it. What may pass (throttling, a fault inside of AWS, a broken
   * connection) is tried up to three times: a write whose answer was lost may be made twice.
   */
  readonly call: <Name extends keyof Operations>(
    operation: Name,
    input: Operations[Name]['input'],
    signal?: AbortSignal,
  ) => Promise<Operations[Name]['output']>;
  /** Closes the connections. */
  readonly close: () => Promise<void>;
}

export interface DynamoDbApiOptions {
  /** `https://dynamodb.{region}.amazonaws.com`, or an emulator's. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentials>;
  /** The instant of signing, milliseconds since 1970. */
  readonly nowMs: () => number;
  /** From 0 to 1: spreads the retries of many instances. */
  readonly random: () => number;
}

/** DynamoDB has refused an operation. */
export class DynamoDbError extends Error {
  override readonly name = 'DynamoDbError';
  /** As `ConditionalCheckFailedException`. */
  readonly code: string;
  readonly status: number;

  constructor(operation: string, status: number, answer: unknown) {
    // Its message names what is missing or not allowed, by resource: what the operator has to know.
    const code = stringMember(answer, '__type')?.split('#').at(-1) ?? 'Unknown';
    super(
      `${operation}: ${status} ${code} ${stringMember(answer, 'message') ?? stringMember(answer, 'Message') ?? ''}`,
    );
    this.code = code;
    this.status = status;
  }
}

/** Whether a write was refused because its condition does not hold: an answer like any other. */
export function isConditionFailed(error: unknown): boolean {
  return error instanceof DynamoDbError && error.code === 'ConditionalCheckFailedException';
}

/** In the same region: what takes longer has failed, and there must be time left to say so. */
const CONNECT_MS = 1000;
const ANSWER_MS = 2000;
const MAX_ATTEMPTS = 3;
/** The longest pause before the first retry; twice that before the next. */
const PAUSE_MS = 50;

/**
 * Calls DynamoDB over kept-alive connections. The four operations are signed POSTs of JSON, so that the SDK's client (a third of the
 * bundle, and as much of a cold start) is not needed. Source: Amazon DynamoDB, "Low-level API".
 */
export function dynamoDbApi(options: DynamoDbApiOptions): DynamoDbApi {
  const { endpoint, random } = options;
  const pool = httpPool(endpoint, CONNECT_MS);
  const sign = awsSigner({ ...options, now: options.nowMs, service: 'dynamodb' });
  const callOnce = async <Name extends keyof Operations>(
    operation: Name,
    body: string,
    signal: AbortSignal,
  ): Promise<Operations[Name]['output']> => {
    const target = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` };
    const headers = await sign({ method: 'POST', url: `${endpoint}/`, headers: target, body });
    const response = await poolRequest(pool, { method: 'POST', path: '/', headers, body, signal });
    const text = await response.body.text();
    if (response.statusCode !== 200) {
      throw new DynamoDbError(operation, response.statusCode, parseJson(text));
    }
    return JSON.parse(text);
  };
  return {
    call: async (operation, input, signal) => {
      const body = JSON.stringify(input);
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await callOnce(operation, body, limited(signal));
        } catch (error) {
          if (attempt === MAX_ATTEMPTS || signal?.aborted === true || !mayPass(error)) {
            throw error;
          }
          await sleep(pauseMs(error, attempt) * random(), undefined, { signal });
        }
      }
    },
    close: () => pool.destroy(),
  };
}

function limited(signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(ANSWER_MS);
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}

/** Source: Amazon DynamoDB, "Error handling": which errors to retry. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** Whatever is no answer of DynamoDB's is a matter of the connection. */
function mayPass(error: unknown): boolean {
  return !(error instanceof DynamoDbError) || error.status >= 500 || PASSING_CODES.has(error.code);
}

/** None where the connection broke: kept ones die while Lambda freezes an instance, and a fresh one does. */
function pauseMs(error: unknown, attempt: number): number {
  return error instanceof DynamoDbError || attempt > 1 ? PAUSE_MS * 2 ** (attempt - 1) : 0;
}
