import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, type IVersion, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface ReleaseCheckProps {
  /** The gateway's, which is to take over. */
  readonly release: IVersion;
}

/**
 * CodeDeploy's hook before a new version gets its first call: it calls that version by itself, and ends the deployment where no answer
 * comes. What few callers would find out late, or never, is found out here.
 */
export class ReleaseCheck extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, { release }: ReleaseCheckProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [release.functionArn] }));
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Calls a new version of NemoRouter before its callers do',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromInline(HANDLER),
      timeout: Duration.minutes(1),
      environment: { RELEASE: release.functionArn },
      role,
      logGroup,
    });
  }
}

/**
 * A call as from the Function URL, whose answer streams: `{"statusCode":200,...}` comes first. Lambda's runtime has the SDK. Source: AWS
 * CodeDeploy user guide, "AppSpec 'hooks' section for an AWS Lambda deployment".
 */
const HANDLER = `
const { InvokeWithResponseStreamCommand, LambdaClient } = require('@aws-sdk/client-lambda');
const { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } = require('@aws-sdk/client-codedeploy');

const EVENT = {
  version: '2.0',
  rawPath: '/health',
  rawQueryString: '',
  headers: { host: 'release-check' },
  requestContext: { http: { method: 'GET', path: '/health', sourceIp: '127.0.0.1' } },
  isBase64Encoded: false,
};

exports.handler = async ({ DeploymentId, LifecycleEventHookExecutionId }) => {
  const seen = await answer().catch(String);
  const isUp = /^{[^}]*"statusCode":200\\b/.test(seen);
  if (!isUp) console.error('The new version does not answer 200:', seen.slice(0, 1000));
  await new CodeDeployClient().send(
    new PutLifecycleEventHookExecutionStatusCommand({
      deploymentId: DeploymentId,
      lifecycleEventHookExecutionId: LifecycleEventHookExecutionId,
      status: isUp ? 'Succeeded' : 'Failed',
    }),
  );
};

async function answer() {
  const input = { FunctionName: process.env.RELEASE, Payload: JSON.stringify(EVENT) };
  const { EventStream } = await new LambdaClient().send(new InvokeWithResponseStreamCommand(input));
  let seen = '';
  for await (const { PayloadChunk, InvokeComplete } of EventStream) {
    if (InvokeComplete && InvokeComplete.ErrorCode) return InvokeComplete.ErrorCode + ' ' + InvokeComplete.ErrorDetails;
    seen += Buffer.from((PayloadChunk && PayloadChunk.Payload) || []).toString();
  }
  return seen;
}
`;
