import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, LogGroupClass } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { AwsSettings } from '../../functions/gateway/config/aws-settings.ts';
import type { Environment } from '../environment-file.ts';
import type { ResourceNames } from '../resource-names.ts';
import { functionBundle, ROOT } from './function-bundle.ts';

/** The longest that Lambda allows. The gateway's own deadlines are shorter; a long stream must not be cut by the platform. */
const TIMEOUT = Duration.minutes(15);

export interface GatewayFunctionProps {
  readonly environment: Environment;
  readonly names: ResourceNames;
  /** Environment variables that say where the state and the credentials are. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The gateway: one bundled module with its configuration beside it, and its log group. */
export class GatewayFunction extends Construct {
  readonly function: NodejsFunction;
  readonly logGroup: LogGroup;
  readonly role: Role;

  constructor(scope: Construct, id: string, { environment, names, variables }: GatewayFunctionProps) {
    super(scope, id);
    this.logGroup = gatewayLogGroup(this, names, environment.aws);
    this.role = gatewayRole(this, this.logGroup);
    this.function = new NodejsFunction(this, 'Function', {
      functionName: names.gatewayFunction,
      description: `NemoRouter ${environment.name}: the OpenAI-compatible gateway`,
      entry: `${ROOT}functions/gateway/lambda.ts`,
      projectRoot: ROOT,
      depsLockFilePath: `${ROOT}package-lock.json`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: environment.aws.memoryMb,
      timeout: TIMEOUT,
      ...reservedConcurrency(environment.aws),
      role: this.role,
      logGroup: this.logGroup,
      // Raw lines on standard output pass through as they are; only what is written through the console is wrapped.
      loggingFormat: LoggingFormat.JSON,
      environment: {
        NEMO_ENVIRONMENT: environment.name,
        // Beside the code: relative to the function's working directory.
        NEMO_CONFIG_FILE: 'config.json',
        ...variables,
      },
      bundling: functionBundle(environment.path),
    });
  }
}

/** The Standard class: the cheaper one makes no metrics of embedded-metric lines. */
function gatewayLogGroup(scope: Construct, names: ResourceNames, aws: AwsSettings): LogGroup {
  return new LogGroup(scope, 'Logs', {
    logGroupName: names.gatewayLogGroup,
    logGroupClass: LogGroupClass.STANDARD,
    retention: aws.logRetentionDays,
    removalPolicy: aws.protected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}

/** A role of its own: AWS's ready-made policy would allow writing to every log group. */
function gatewayRole(scope: Construct, logGroup: LogGroup): Role {
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    }),
  );
  return role;
}

function reservedConcurrency(aws: AwsSettings): { reservedConcurrentExecutions?: number } {
  return aws.reservedConcurrency === 'none' ? {} : { reservedConcurrentExecutions: aws.reservedConcurrency };
}
