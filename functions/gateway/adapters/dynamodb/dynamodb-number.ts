import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** DynamoDB's numbers are decimal text; BigInt keeps large ones from turning into `1e+21`. */
export function dynamoDbNumber(value: number): AttributeValue.NMember {
  return { N: Number.isInteger(value) ? BigInt(value).toString() : String(value) };
}
