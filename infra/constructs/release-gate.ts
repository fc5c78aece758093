import { CustomResource, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';

export interface ReleaseGateProps {
  /** The address that has to answer 200, as `https://.../health`. */
  readonly url: string;
  /** What changes with each release. */
  readonly release: string;
  /** What must have been deployed before. */
  readonly after: IDependable;
}

/** How long an address may take until it answers. CloudFormation itself waits an hour. */
const PATIENCE = Duration.minutes(2);

/**
 * Asks an address during a deployment and fails it where no answer comes, so that CloudFormation goes back to what was there: Lambda takes
 * a revision whose code does not start for active, and sends it all traffic.
 */
export class ReleaseGate extends Construct {
  constructor(scope: Construct, id: string, { url, release, after }: ReleaseGateProps) {
    super(scope, id);
    const gate = new LambdaFunction(this, 'Function', {
      description: 'Fails a deployment of NemoRouter whose address does not answer',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromInline(HANDLER),
      timeout: PATIENCE.plus(Duration.seconds(20)),
      logGroup: new LogGroup(this, 'Logs', { retention: RetentionDays.ONE_WEEK, removalPolicy: RemovalPolicy.DESTROY }),
    });
    Validations.of(gate).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      reason:
        "Lambda's own policy for logs, for a function that only the deployment calls and that has no other right.",
    });
    const resource = new CustomResource(this, 'Answer', {
      serviceToken: gate.functionArn,
      serviceTimeout: PATIENCE.plus(Duration.minutes(1)),
      properties: { Url: url, Release: release, PatienceMs: PATIENCE.toMilliseconds() },
    });
    resource.node.addDependency(after);
    Validations.of(resource).acknowledge({
      id: 'CloudFormation-Validate::W9003',
      reason: 'The CDK writes the number as a text, which CloudFormation reads.',
    });
  }
}

/** CloudFormation's protocol for custom resources: the outcome goes to `ResponseURL`. */
const HANDLER = `
exports.handler = async (event) => {
  const { RequestType, ResourceProperties: { Url, PatienceMs }, ResponseURL, StackId, RequestId, LogicalResourceId } = event;
  const untilMs = Date.now() + Number(PatienceMs);
  let seen = 'nothing';
  let isUp = RequestType === 'Delete';
  while (!isUp && Date.now() < untilMs) {
    try {
      const response = await fetch(Url, { signal: AbortSignal.timeout(15000) });
      seen = 'status ' + response.status;
      isUp = response.status === 200;
    } catch (error) {
      seen = String(error);
    }
    if (!isUp) await new Promise((resolve) => setTimeout(resolve, 3000));
  }
  const outcome = isUp ? { Status: 'SUCCESS' } : { Status: 'FAILED', Reason: Url + ' does not answer 200: ' + seen };
  const body = JSON.stringify({ ...outcome, PhysicalResourceId: 'release-gate', StackId, RequestId, LogicalResourceId });
  await fetch(ResponseURL, { method: 'PUT', body });
};
`;
