import { CfnOutput } from 'aws-cdk-lib';
import type { AlarmBase } from 'aws-cdk-lib/aws-cloudwatch';
import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DeployedVersion } from '../deployed-version.ts';
import type { Environment } from '../environment-file.ts';
import type { ResourceNames } from '../resource-names.ts';
import { allowBedrock } from './bedrock-access.ts';
import type { FunctionEntries } from './function-entries.ts';
import { GatewayFunction } from './gateway-function.ts';
import type { ProviderCredentials } from './provider-credentials.ts';
import { PublicUrl } from './public-url.ts';
import { ReleaseGate } from './release-gate.ts';
import { Rollout } from './rollout.ts';
import type { StateTables } from './state-tables.ts';
import { WebGateway } from './web-gateway.ts';

/** What a function of an environment is given. */
export interface FunctionParts {
  readonly names: ResourceNames;
  readonly entries: FunctionEntries;
  readonly state: StateTables;
  readonly credentials: ProviderCredentials;
  readonly version: DeployedVersion | undefined;
}

/** The gateway in either form. */
export interface GatewayForm {
  /** For its metrics. */
  readonly function: IFunction;
  readonly logGroup: LogGroup;
  readonly baseUrl: string;
  /** Lets the alarms bring the last release back. */
  readonly guard: (alarms: readonly AlarmBase[]) => void;
}

/**
 * The alarms that ring when callers are hurt, which is what a new version is judged by. Those at metrics and none over other alarms:
 * CodeDeploy finds only the former by their names.
 */
const JUDGES: readonly string[] = [
  'the error budget burns fast over 5 minutes',
  'the address answers 5xx',
  'the gateway crashes',
];

/** One call at a time in each process, behind a Function URL. */
export function eventForm(scope: Construct, environment: Environment, parts: FunctionParts): GatewayForm {
  const { names, entries, state, credentials } = parts;
  const variables = { ...stateVariables(parts), ...callerVariables(parts) };
  const gateway = new GatewayFunction(scope, 'Gateway', { environment, names, entries, variables });
  state.grantGateway(gateway.function);
  if (environment.config.statusPage) {
    state.grantPast(gateway.function);
  }
  credentials.grantRead(gateway.function);
  allowBedrock(gateway.role, environment.config);
  const { baseUrl } = new PublicUrl(scope, 'Url', { function: gateway.alias, cors: environment.aws.cors });
  return {
    function: gateway.function,
    logGroup: gateway.logGroup,
    baseUrl,
    guard: (alarms) => {
      const judges = alarms.filter(({ node }) => JUDGES.includes(node.id));
      new Rollout(scope, 'Rollout', { alias: gateway.alias, mode: environment.aws.rollout, alarms: judges });
    },
  };
}

/** Many calls at once in each process, behind an address of its own. */
export function webForm(scope: Construct, environment: Environment, parts: FunctionParts): GatewayForm {
  const { names, entries, state, credentials } = parts;
  const variables = { ...stateVariables(parts), ...callerVariables(parts) };
  // In the place of the other form's: the log group keeps its logical id, and a stack of one form can become one of the other.
  const gateway = new WebGateway(scope, 'Gateway', { environment, names, entries, variables });
  state.grantGateway(gateway.role);
  if (environment.config.statusPage) {
    state.grantPast(gateway.role);
  }
  credentials.grantRead(gateway.role);
  allowBedrock(gateway.role, environment.config);
  const { endpoint, revisionId } = gateway.function;
  const health = `https://${endpoint.domainName}/health`;
  new ReleaseGate(scope, 'ReleaseGate', { url: health, release: revisionId, after: endpoint });
  return {
    function: LambdaFunction.fromFunctionName(scope, 'Watched', names.gatewayFunction),
    logGroup: gateway.logGroup,
    baseUrl: gateway.baseUrl,
    guard: (alarms) => {
      for (const [index, alarm] of alarms.filter(({ node }) => TRIGGERS.includes(node.id)).entries()) {
        new CfnOutput(scope, `RollbackTrigger${index}`, {
          value: alarm.alarmArn,
          description: 'An alarm for the rollback triggers of CloudFormation: infra/DEPLOYING.md',
        });
      }
    },
  };
}

const TRIGGERS: readonly string[] = [...JUDGES, 'the gateway does not start'];

/** What serving callers needs, and probing does not. */
function callerVariables({ state }: FunctionParts): Readonly<Record<string, string>> {
  return {
    NEMO_KEYS_TABLE: state.keys.tableName,
    ...(state.answers === undefined ? {} : { NEMO_ANSWERS_TABLE: state.answers.tableName }),
  };
}

/** The environment variables that say where the state and the credentials are. */
export function stateVariables({ state, credentials, version }: FunctionParts): Readonly<Record<string, string>> {
  return {
    NEMO_STATISTICS_TABLE: state.statistics.tableName,
    NEMO_SECRET_ID: credentials.arn,
    ...(version === undefined ? {} : { NEMO_VERSION: version.name }),
  };
}
