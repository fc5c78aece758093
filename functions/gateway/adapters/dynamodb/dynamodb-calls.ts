import type {
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  GetItemCommandInput,
  GetItemCommandOutput,
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
}

/** Whether a write was not made because its condition was not met. */
export function isConditionUnmet(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
