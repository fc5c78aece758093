import { stringMember } from '../../functions/gateway/core/wire/json.ts';
import { AwsError, askAws } from './aws-access.ts';
import { UsageError } from './command.ts';
import type { DeployedTarget } from './target.ts';

/**
 * The address of a deployed gateway, without a trailing slash: what the stack's output `BaseUrl` is made of. Asked of Lambda by the
 * function's name, where it is JSON. Throws `UsageError` where there is none. Sources: AWS Lambda API, GetFunctionUrlConfig; AWS Lambda
 * Web API, GetWebFunctionEndpoint.
 */
export async function deployedOrigin({ name, settings: { form }, aws, names }: DeployedTarget): Promise<string> {
  const { path, originIn } = FORMS[form];
  try {
    const answer = await askAws(aws, { service: 'lambda', method: 'GET', path: path(names.gatewayFunction) });
    const origin = originIn(answer);
    if (origin !== undefined) {
      return origin.replace(/\/+$/, '');
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

/** Where Lambda tells the address of a function in this form. */
interface FormAddress {
  readonly path: (functionName: string) => string;
  readonly originIn: (answer: unknown) => string | undefined;
}

const FORMS = {
  event: {
    path: (name) => `/2021-10-31/functions/${name}/url?Qualifier=live`,
    originIn: (answer) => stringMember(answer, 'FunctionUrl'),
  },
  web: {
    path: (name) => `/2025-03-07/web-functions/${name}/endpoints/live`,
    originIn: (answer) => {
      const host = stringMember(answer, 'domainName');
      return host === undefined ? undefined : `https://${host}`;
    },
  },
} as const satisfies Record<DeployedTarget['settings']['form'], FormAddress>;
