import { Annotations, CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import type { AlarmBase } from 'aws-cdk-lib/aws-cloudwatch';
import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { AlarmTopic } from './constructs/alarm-topic.ts';
import { allowBedrock } from './constructs/bedrock-access.ts';
import { Front } from './constructs/front.ts';
import { GatewayAlarms } from './constructs/gateway-alarms.ts';
import { GatewayFunction } from './constructs/gateway-function.ts';
import { MetricDashboard } from './constructs/metric-dashboard.ts';
import { Prober } from './constructs/prober.ts';
import { ProviderCredentials } from './constructs/provider-credentials.ts';
import { PublicUrl } from './constructs/public-url.ts';
import { ReleaseGate } from './constructs/release-gate.ts';
import { Rollout } from './constructs/rollout.ts';
import { SavedQueries } from './constructs/saved-queries.ts';
import { StateTables } from './constructs/state-tables.ts';
import { WebGateway } from './constructs/web-gateway.ts';
import type { DeployedVersion } from './deployed-version.ts';
import type { Environment } from './environment-file.ts';
import { type ResourceNames, resourceNames } from './resource-names.ts';

/** A fleet's sampling needs some seconds to follow a sudden rise of traffic: room for that above the configured rate. */
const WRITE_HEADROOM = 2;

export interface GatewayStackProps {
  readonly environment: Environment;
  /** What is deployed; absent outside of a repository. */
  readonly version?: DeployedVersion | undefined;
}

/** All of one environment: the gateway with its address, its state, its credentials, and what watches over it. */
export class GatewayStack extends Stack {
  constructor(scope: Construct, id: string, { environment, version }: GatewayStackProps) {
    const { name, aws } = environment;
    super(scope, id, {
      description: `NemoRouter ${name}: one OpenAI-compatible endpoint over several providers`,
      terminationProtection: aws.protected,
      env: {
        ...(aws.account === undefined ? {} : { account: aws.account }),
        ...(aws.region === undefined ? {} : { region: aws.region }),
      },
    });
    const names = resourceNames(name);
    const state = stateTables(this, environment, names);
    const credentials = providerCredentials(this, environment, names);
    const parts = { names, state, credentials, version };
    const gateway = aws.form === 'web' ? webForm(this, environment, parts) : eventForm(this, environment, parts);
    const { front } = aws;
    const { baseUrl } = front === undefined ? gateway : new Front(this, 'Front', { ...gateway, settings: front });
    const prober = proberOf(this, environment, { ...parts, baseUrl });
    gateway.guard(watch(this, environment, { names, state, gateway, prober, version }));
    tag(this, environment);
    new CfnOutput(this, 'BaseUrl', { value: baseUrl, description: 'The base_url for OpenAI clients' });
    if (environment.config.keys.length > 0) {
      Annotations.of(this).addWarningV2(
        'nemorouter:keys',
        "The file's `keys` are for laptops: in AWS, keys live in DynamoDB.",
      );
    }
  }
}

function stateTables(stack: Stack, { config, aws }: Environment, names: ResourceNames): StateTables {
  const { writesPerSecond } = config.statistics;
  return new StateTables(stack, 'State', {
    statisticsName: names.statisticsTable,
    keysName: names.keysTable,
    answersName: config.responses.keepDays === undefined ? undefined : names.answersTable,
    isProtected: aws.protected,
    maxWritesPerSecond: Math.ceil(writesPerSecond * Object.keys(config.deployments).length * WRITE_HEADROOM),
  });
}

function providerCredentials(stack: Stack, { config, aws }: Environment, names: ResourceNames): ProviderCredentials {
  const fields = Object.values(config.providers).flatMap(({ apiKey }) => apiKey ?? []);
  return new ProviderCredentials(stack, 'Credentials', {
    name: names.secret,
    fields: [...new Set(fields)].sort(),
    isProtected: aws.protected,
  });
}

interface FunctionParts {
  readonly names: ResourceNames;
  readonly state: StateTables;
  readonly credentials: ProviderCredentials;
  readonly version: DeployedVersion | undefined;
}

/** The gateway in either form. */
interface GatewayForm {
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

function eventForm(stack: Stack, environment: Environment, parts: FunctionParts): GatewayForm {
  const { names, state, credentials } = parts;
  const variables = { ...stateVariables(parts), ...callerVariables(parts) };
  const gateway = new GatewayFunction(stack, 'Gateway', { environment, names, variables });
  state.grantGateway(gateway.function);
  credentials.grantRead(gateway.function);
  allowBedrock(gateway.role, environment.config);
  const { baseUrl } = new PublicUrl(stack, 'Url', { function: gateway.alias, cors: environment.aws.cors });
  return {
    function: gateway.function,
    logGroup: gateway.logGroup,
    baseUrl,
    guard: (alarms) => {
      const judges = alarms.filter(({ node }) => JUDGES.includes(node.id));
      new Rollout(stack, 'Rollout', { alias: gateway.alias, mode: environment.aws.rollout, alarms: judges });
    },
  };
}

function webForm(stack: Stack, environment: Environment, parts: FunctionParts): GatewayForm {
  const { names, state, credentials } = parts;
  const variables = { ...stateVariables(parts), ...callerVariables(parts) };
  const gateway = new WebGateway(stack, 'WebGateway', { environment, names, variables });
  state.grantGateway(gateway.role);
  credentials.grantRead(gateway.role);
  allowBedrock(gateway.role, environment.config);
  const { endpoint, revisionId } = gateway.function;
  const health = `https://${endpoint.domainName}/health`;
  new ReleaseGate(stack, 'ReleaseGate', { url: health, release: revisionId, after: endpoint });
  return {
    function: LambdaFunction.fromFunctionName(stack, 'Watched', names.gatewayFunction),
    logGroup: gateway.logGroup,
    baseUrl: gateway.baseUrl,
    guard: (alarms) => {
      for (const [index, alarm] of alarms.filter(({ node }) => TRIGGERS.includes(node.id)).entries()) {
        new CfnOutput(stack, `RollbackTrigger${index}`, {
          value: alarm.alarmArn,
          description: 'An alarm for the rollback triggers of CloudFormation: infra/DEPLOYING.md',
        });
      }
    },
  };
}

const TRIGGERS: readonly string[] = [...JUDGES, 'the gateway does not start'];

/** The prober, where the environment has one. */
function proberOf(
  stack: Stack,
  environment: Environment,
  parts: FunctionParts & { readonly baseUrl: string },
): Prober | undefined {
  const { prober: settings } = environment.aws;
  if (settings === 'off') {
    return undefined;
  }
  const { names } = parts;
  const prober = new Prober(stack, 'Prober', {
    environment,
    names,
    everyMinutes: settings.everyMinutes,
    variables: { ...stateVariables(parts), ...(settings.canary ? { NEMO_BASE_URL: parts.baseUrl } : {}) },
  });
  parts.state.grantStatistics(prober.function);
  parts.credentials.grantRead(prober.function);
  allowBedrock(prober.role, environment.config);
  return prober;
}

/** What serving callers needs, and probing does not. */
function callerVariables({ state }: FunctionParts): Readonly<Record<string, string>> {
  return {
    NEMO_KEYS_TABLE: state.keys.tableName,
    ...(state.answers === undefined ? {} : { NEMO_ANSWERS_TABLE: state.answers.tableName }),
  };
}

function stateVariables({ state, credentials, version }: FunctionParts): Readonly<Record<string, string>> {
  return {
    NEMO_STATISTICS_TABLE: state.statistics.tableName,
    NEMO_SECRET_ID: credentials.arn,
    ...(version === undefined ? {} : { NEMO_VERSION: version.name }),
  };
}

interface WatchedParts extends Omit<FunctionParts, 'credentials'> {
  readonly gateway: GatewayForm;
  readonly prober: Prober | undefined;
}

function watch(stack: Stack, environment: Environment, watched: WatchedParts): readonly AlarmBase[] {
  const { names, state, gateway, prober, version } = watched;
  const parts = {
    environment,
    names,
    function: gateway.function,
    logGroup: gateway.logGroup,
    logGroups: [gateway.logGroup, ...(prober === undefined ? [] : [prober.logGroup])],
    tables: [state.statistics, state.keys, ...(state.answers === undefined ? [] : [state.answers])],
    prober: prober?.function,
  };
  const { onCall } = environment.aws;
  const page = new AlarmTopic(stack, 'PageTopic', { name: names.pageTopic, subscribers: onCall.page });
  const ticket = new AlarmTopic(stack, 'TicketTopic', { name: names.ticketTopic, subscribers: onCall.ticket });
  const actions = { page: page.actions, ticket: ticket.actions };
  const { alarms } = new GatewayAlarms(stack, 'Alarms', { ...parts, actions });
  new MetricDashboard(stack, 'Metrics', { ...parts, alarms, version });
  new SavedQueries(stack, 'Queries', { logGroup: gateway.logGroup, folder: names.dashboard });
  if (environment.aws.protected && onCall.page.length === 0) {
    Annotations.of(stack).addWarningV2(
      'nemorouter:on-call',
      'Nobody is told of alarms: name who is woken under aws.onCall.page in the environment file.',
    );
  }
  return alarms;
}

function tag(stack: Stack, { name, aws }: Environment): void {
  for (const [key, value] of Object.entries({ 'nemorouter:environment': name, ...aws.tags })) {
    Tags.of(stack).add(key, value);
  }
}
