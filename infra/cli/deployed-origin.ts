import { stringMember } from '../../functions/gateway/core/wire/json.ts';
import { AwsError, askAws } from './aws-access.ts';
import { UsageError } from './command.ts';
import type { DeployedTarget } from './target.ts';

/**
 * The address of a deployed gateway, without a trailing slash: the Function URL that the stack's output `BaseUrl` is made of. Asked of
 * Lambda by the function's name, where it is JSON. Throws `UsageError` where there is none. Source: AWS Lambda API, GetFunctionUrlConfig.
 */
export async function deployedOrigin({ name, aws, names }: DeployedTarget): Promise<string> {
  const path = `/2021-10-31/functions/${names.gatewayFunction}/url`;
  try {
    const url = stringMember(await askAws(aws, { service: 'lambda', method: 'GET', path }), 'FunctionUrl');
    if (url !== undefined) {
      return url.replace(/\/+$/, '');
    }
  } catch (error) {
    if (!(error instanceof AwsError) || error.name !== 'ResourceNotFoundException') {
      throw error;
    }
  }
  throw new UsageError(
    `${name} has no gateway in ${aws.region}: npx cdk deploy -c env=${name} makes one. Or give its URL: nemo smoke URL.`,
  );
}
