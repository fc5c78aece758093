import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { MAX_ASKING_MS } from '../../functions/probe/core/prober.ts';
import type { Environment } from '../environment-file.ts';
import type { ResourceNames } from '../resource-names.ts';
import { functionCode } from './function-code.ts';
import type { FunctionEntries } from './function-entries.ts';
import { loggingRole } from './logging-role.ts';

/** For a cold start, and for reads and writes that have to be tried again. */
const AROUND_ASKING = Duration.seconds(40);

export interface ProberProps {
  readonly environment: Environment;
  readonly names: ResourceNames;
  readonly entries: FunctionEntries;
  readonly everyMinutes: number;
  /** Environment variables that say where the statistics and the credentials are. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The prober: a function that nobody but its schedule can call, one run at a time. */
export class Prober extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;
  readonly role: Role;

  constructor(scope: Construct, id: string, { environment, names, entries, everyMinutes, variables }: ProberProps) {
    super(scope, id);
    const { logGroup, role } = loggingRole(this, names.proberLogGroup, environment.aws);
    this.logGroup = logGroup;
    this.role = role;
    const interval = Duration.minutes(everyMinutes);
    this.function = new LambdaFunction(this, 'Function', {
      functionName: names.proberFunction,
      description: `NemoRouter ${environment.name}: asks deployments that no traffic measures for one token`,
      code: functionCode({ entries, entry: 'probe', config: environment.config }),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // As the gateway: with another share of a processor it would measure other times.
      memorySize: environment.aws.memoryMb,
      timeout: Duration.millis(MAX_ASKING_MS).plus(AROUND_ASKING),
      // A run that overlaps another only asks twice: where the account has none to reserve, that is better than no deployment.
      ...(environment.aws.reservedConcurrency === 'none' ? {} : { reservedConcurrentExecutions: 1 }),
      // A failed run is not worth repeating, nor is one that came late: the next is near.
      retryAttempts: 0,
      maxEventAge: interval,
      role,
      logGroup,
      // Raw lines on standard output pass through as they are: the metrics.
      loggingFormat: LoggingFormat.JSON,
      environment: { NEMO_ENVIRONMENT: environment.name, NEMO_CONFIG_FILE: 'config.json', ...variables },
    });
    new Rule(this, 'Schedule', {
      description: `NemoRouter ${environment.name}: runs the prober`,
      schedule: Schedule.rate(interval),
      targets: [new LambdaTarget(this.function, { retryAttempts: 0, maxEventAge: interval })],
    });
  }
}
