import { stringMember } from '../../functions/gateway/core/wire/json.ts';
import { AwsError, type AwsRequest, askAws } from './aws-access.ts';
import { ifThere, refusal } from './aws-presence.ts';
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

/**
 * The form in which the environment is deployed: that of its file, or the other one, which the next deployment replaces. `undefined`: in
 * neither. Where the other form is concerned, whatever AWS refuses counts as not there: a region may not know Web Functions.
 */
export async function deployedForm(target: DeployedTarget): Promise<Form | undefined> {
  const { form } = target.settings;
  if ((await ifThere(target, functionRequest(form, target))) !== undefined) {
    return form;
  }
  const other = form === 'web' ? 'event' : 'web';
  const answer = await askAws(target.aws, functionRequest(other, target)).catch(refusal);
  return answer instanceof AwsError ? undefined : other;
}

function functionRequest(form: Form, { names }: DeployedTarget): AwsRequest {
  return { service: 'lambda', method: 'GET', path: FORMS[form].functionPath(names.gatewayFunction) };
}

type Form = DeployedTarget['settings']['form'];

/** Where Lambda tells the address of a function in this form. */
interface FormAddress {
  /** The function itself, or what is there with it. */
  readonly functionPath: (functionName: string) => string;
  readonly path: (functionName: string) => string;
  readonly originIn: (answer: unknown) => string | undefined;
}

const FORMS = {
  event: {
    functionPath: (name) => `/2015-03-31/functions/${name}/configuration`,
    path: (name) => `/2021-10-31/functions/${name}/url?Qualifier=live`,
    originIn: (answer) => stringMember(answer, 'FunctionUrl'),
  },
  web: {
    functionPath: webEndpoint,
    path: webEndpoint,
    originIn: (answer) => {
      const host = stringMember(answer, 'domainName');
      return host === undefined ? undefined : `https://${host}`;
    },
  },
} as const satisfies Record<Form, FormAddress>;

function webEndpoint(name: string): string {
  return `/2025-03-07/web-functions/${name}/endpoints/live`;
}
