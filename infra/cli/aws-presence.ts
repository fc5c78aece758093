import { AwsError, type AwsRequest, askAws } from './aws-access.ts';
import type { DeployedTarget } from './target.ts';

/** A region answers with one of the last two where it does not know the whole API. */
const NOT_THERE: readonly string[] = [
  'ResourceNotFoundException',
  'ParameterNotFound',
  'UnknownOperationException',
  'Status404',
];

/** Asks for a thing in AWS: the answer, `undefined` where there is no such thing. Rejects where AWS refuses for another reason. */
export async function ifThere({ aws }: Pick<DeployedTarget, 'aws'>, request: AwsRequest): Promise<unknown> {
  const answer = await askAws(aws, request).catch(refusal);
  if (!(answer instanceof AwsError)) {
    return answer ?? {};
  }
  if (!NOT_THERE.includes(answer.name)) {
    throw answer;
  }
  return undefined;
}

/** What AWS has refused, where a refusal is an answer. Anything else is thrown again. */
export function refusal(error: unknown): AwsError {
  if (error instanceof AwsError) {
    return error;
  }
  throw error;
}

/** A request to a service that names its operation in a header. */
export function jsonRequest(service: AwsRequest['service'], target: string, body: object): AwsRequest {
  const version = service === 'dynamodb' ? '1.0' : '1.1';
  const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target };
  return { service, method: 'POST', path: '/', headers, body: JSON.stringify(body) };
}
