import type {
  AttributeValue,
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  BatchWriteItemCommandInput,
  BatchWriteItemCommandOutput,
  DeleteItemCommandInput,
  DeleteItemCommandOutput,
  GetItemCommandInput,
  GetItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';

/** What a call may be told beside its input. */
export interface CallOptions {
  /** Ends the call, with its tries. */
  readonly abortSignal?: AbortSignal;
}

/**
 * What the gateway asks of DynamoDB, in the words of the SDK: its `DynamoDB` is one, and so is `dynamoDbOverHttp`, which costs a twentieth.
 * Rejects with an error whose `name` is DynamoDB's code, as `ConditionalCheckFailedException`.
 */
export interface DynamoDbCalls {
  getItem(input: GetItemCommandInput, options?: CallOptions): Promise<Pick<GetItemCommandOutput, 'Item'>>;
  updateItem(
    input: UpdateItemCommandInput,
    options?: CallOptions,
  ): Promise<Pick<UpdateItemCommandOutput, 'Attributes'>>;
  batchGetItem(
    input: BatchGetItemCommandInput,
    options?: CallOptions,
  ): Promise<Pick<BatchGetItemCommandOutput, 'Responses' | 'UnprocessedKeys'>>;
  batchWriteItem(
    input: BatchWriteItemCommandInput,
    options?: CallOptions,
  ): Promise<Pick<BatchWriteItemCommandOutput, 'UnprocessedItems'>>;
  query(input: QueryCommandInput, options?: CallOptions): Promise<Pick<QueryCommandOutput, 'Items'>>;
  deleteItem(
    input: DeleteItemCommandInput,
    options?: CallOptions,
  ): Promise<Pick<DeleteItemCommandOutput, 'Attributes'>>;
}

/** Whether a write was not made because its condition was not met. */
export function isConditionUnmet(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/** The bytes of a binary attribute. DynamoDB's own JSON has them as base64, and only the SDK decodes every answer for them. */
export function binaryOf(attribute: AttributeValue | undefined): Buffer | undefined {
  const value: unknown = attribute?.B;
  if (typeof value === 'string') {
    return Buffer.from(value, 'base64');
  }
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : undefined;
}
