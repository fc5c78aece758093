import { Duration } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  type IVersion,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { AwsSettings } from '../../functions/gateway/config/aws-settings.ts';
import type { Environment } from '../environment-file.ts';
import type { ResourceNames } from '../resource-names.ts';
import { functionCode } from './function-code.ts';
import type { FunctionEntries } from './function-entries.ts';
import { loggingRole } from './logging-role.ts';

/** The longest that Lambda allows. The gateway's own deadlines are shorter; a long stream must not be cut by the platform. */
const TIMEOUT = Duration.minutes(15);

export interface GatewayFunctionProps {
  readonly environment: Environment;
  readonly names: ResourceNames;
  readonly entries: FunctionEntries;
  /** Environment variables that say where the state and the credentials are. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The gateway: one bundled module with its configuration beside it, and its log group. */
export class GatewayFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;
  readonly role: Role;
  /** What callers reach: it stays when versions change, and with it the address. */
  readonly alias: Alias;

  constructor(scope: Construct, id: string, { environment, names, entries, variables }: GatewayFunctionProps) {
    super(scope, id);
    const { logGroup, role } = loggingRole(this, names.gatewayLogGroup, environment.aws);
    this.logGroup = logGroup;
    this.role = role;
    this.function = new LambdaFunction(this, 'Function', {
      functionName: names.gatewayFunction,
      description: `NemoRouter ${environment.name}: the OpenAI-compatible gateway`,
      code: functionCode({ entries, entry: 'gateway', config: environment.config }),
      handler: 'index.handler',
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
    });
    this.alias = new Alias(this, 'Live', { aliasName: 'live', version: this.function.currentVersion as IVersion });
  }
}

function reservedConcurrency(aws: AwsSettings): { reservedConcurrentExecutions?: number } {
  return aws.reservedConcurrency === 'none' ? {} : { reservedConcurrentExecutions: aws.reservedConcurrency };
}
