import { Annotations, CfnOutput } from 'aws-cdk-lib';
import type { AlarmBase, Dashboard, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { DeployedVersion } from '../deployed-version.ts';
import type { Environment } from '../environment-file.ts';
import type { ResourceNames } from '../resource-names.ts';
import { AlarmTopic } from './alarm-topic.ts';
import { allowBedrock } from './bedrock-access.ts';
import { Front } from './front.ts';
import type { FunctionEntries } from './function-entries.ts';
import { GatewayAlarms } from './gateway-alarms.ts';
import { eventForm, type FunctionParts, type GatewayForm, stateVariables, webForm } from './gateway-forms.ts';
import { MetricDashboard } from './metric-dashboard.ts';
import { Prober } from './prober.ts';
import { ProviderCredentials } from './provider-credentials.ts';
import { SavedQueries } from './saved-queries.ts';
import { StateTables } from './state-tables.ts';

/** A fleet's sampling needs some seconds to follow a sudden rise of traffic: room for that above the configured rate. */
const WRITE_HEADROOM = 2;

export interface GatewayProps {
  readonly environment: Environment;
  readonly names: ResourceNames;
  /** Where the functions' code comes from. */
  readonly entries: FunctionEntries;
  /** What is deployed, where that is known. */
  readonly version?: DeployedVersion | undefined;
  /** Is told of every alarm. @default two topics of the gateway's own, with the subscribers of `aws.onCall` */
  readonly topic?: ITopic | undefined;
}

/** All of one environment: the gateway with its address, its state, its credentials, and what watches over it. */
export class Gateway extends Construct {
  /** For the clients' `base_url`. */
  readonly baseUrl: string;
  /** The gateway's function, for its metrics and its permissions. */
  readonly function: IFunction;
  readonly logGroup: LogGroup;
  /** Callers' keys and what each has used. */
  readonly keysTable: TableV2;
  /** The ARN of the secret with the providers' credentials: a JSON object. It is made without a value. */
  readonly credentialsArn: string;
  readonly alarms: readonly AlarmBase[];
  /** Is told of the alarms that wake somebody. */
  readonly topic: ITopic;
  /** Is told of those that wait for the day. */
  readonly ticketTopic: ITopic;
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    checkForm(props.environment);
    const { environment, names, entries, version } = props;
    const state = stateTables(this, environment, names);
    const credentials = providerCredentials(this, environment, names);
    const parts = { names, entries, state, credentials, version };
    const form =
      environment.aws.form === 'web' ? webForm(this, environment, parts) : eventForm(this, environment, parts);
    const { front } = environment.aws;
    this.baseUrl = (front === undefined ? form : new Front(this, 'Front', { ...form, settings: front })).baseUrl;
    const prober = proberOf(this, environment, { ...parts, baseUrl: this.baseUrl });
    this.function = form.function;
    this.logGroup = form.logGroup;
    this.keysTable = state.keys;
    this.credentialsArn = credentials.arn;
    const told = props.topic === undefined ? ownTopics(this, environment, names) : oneTopic(props.topic);
    this.topic = told.page.topic;
    this.ticketTopic = told.ticket.topic;
    const watching = watch(this, environment, { ...parts, gateway: form, prober, told });
    this.alarms = watching.alarms;
    this.dashboard = watching.dashboard;
    form.guard(this.alarms);
    new CfnOutput(this, 'BaseUrl', { value: this.baseUrl, description: 'The base_url for OpenAI clients' });
    if (environment.config.keys.length > 0) {
      const message = "The file's `keys` are for laptops: in AWS, keys live in DynamoDB.";
      Annotations.of(this).addWarningV2('nemorouter:keys', message);
    }
  }

  /** Lets `grantee` make, list, change and revoke callers' keys. */
  grantManageKeys(grantee: IGrantable): void {
    this.keysTable.grant(grantee, ...KEY_ACTIONS);
  }
}

/** What one form cannot do. */
function checkForm({ name, config, aws }: Environment): void {
  if (config.otlp !== undefined && aws.form === 'event') {
    throw new Error(
      `${name}: otlp needs "aws": {"form": "web"}. An Event Function is frozen between its calls, and what it has not sent with it.`,
    );
  }
}

/** What `nemo keys` does with the table. */
const KEY_ACTIONS = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Scan'];

function stateTables(scope: Construct, { config, aws }: Environment, names: ResourceNames): StateTables {
  const { writesPerSecond } = config.statistics;
  return new StateTables(scope, 'State', {
    statisticsName: names.statisticsTable,
    keysName: names.keysTable,
    answersName: config.responses.keepDays === undefined ? undefined : names.answersTable,
    isProtected: aws.protected,
    maxWritesPerSecond: Math.ceil(writesPerSecond * Object.keys(config.deployments).length * WRITE_HEADROOM),
  });
}

function providerCredentials(
  scope: Construct,
  { config, aws }: Environment,
  names: ResourceNames,
): ProviderCredentials {
  const ofProviders = Object.values(config.providers).flatMap(({ apiKey }) => apiKey ?? []);
  const fields = [...ofProviders, ...Object.values(config.otlp?.headers ?? {})];
  return new ProviderCredentials(scope, 'Credentials', {
    name: names.secret,
    fields: [...new Set(fields)].sort(),
    isProtected: aws.protected,
  });
}

/** The prober, where the environment has one. */
function proberOf(
  scope: Construct,
  environment: Environment,
  parts: FunctionParts & { readonly baseUrl: string },
): Prober | undefined {
  const { prober: settings } = environment.aws;
  if (settings === 'off') {
    return undefined;
  }
  const { names, entries } = parts;
  const prober = new Prober(scope, 'Prober', {
    environment,
    names,
    entries,
    everyMinutes: settings.everyMinutes,
    variables: { ...stateVariables(parts), ...(settings.canary ? { NEMO_BASE_URL: parts.baseUrl } : {}) },
  });
  parts.state.grantStatistics(prober.function);
  parts.credentials.grantRead(prober.function);
  allowBedrock(prober.role, environment.config);
  return prober;
}

/** Who is told of alarms of one severity. */
interface Told {
  readonly topic: ITopic;
  readonly actions: readonly IAlarmAction[];
}

type ToldOf = Readonly<Record<'page' | 'ticket', Told>>;

interface WatchedParts extends FunctionParts {
  readonly told: ToldOf;
  readonly gateway: GatewayForm;
  readonly prober: Prober | undefined;
}

function watch(
  scope: Construct,
  environment: Environment,
  { names, state, gateway, prober, version, told }: WatchedParts,
): Pick<Gateway, 'alarms' | 'dashboard'> {
  const parts = {
    environment,
    names,
    function: gateway.function,
    logGroup: gateway.logGroup,
    logGroups: [gateway.logGroup, ...(prober === undefined ? [] : [prober.logGroup])],
    tables: [state.statistics, state.keys, ...(state.answers === undefined ? [] : [state.answers])],
    prober: prober?.function,
  };
  const actions = { page: told.page.actions, ticket: told.ticket.actions };
  const { alarms } = new GatewayAlarms(scope, 'Alarms', { ...parts, actions });
  const { dashboard } = new MetricDashboard(scope, 'Metrics', { ...parts, alarms, version });
  new SavedQueries(scope, 'Queries', { gateway: gateway.logGroup, prober: prober?.logGroup, folder: names.dashboard });
  return { alarms, dashboard };
}

function oneTopic(topic: ITopic): ToldOf {
  const told = { topic, actions: [new SnsAction(topic)] };
  return { page: told, ticket: told };
}

function ownTopics(scope: Construct, environment: Environment, names: ResourceNames): ToldOf {
  const { onCall } = environment.aws;
  const page = new AlarmTopic(scope, 'PageTopic', { name: names.pageTopic, subscribers: onCall.page });
  const ticket = new AlarmTopic(scope, 'TicketTopic', { name: names.ticketTopic, subscribers: onCall.ticket });
  if (environment.aws.protected && onCall.page.length === 0) {
    Annotations.of(scope).addWarningV2(
      'nemorouter:on-call',
      'Nobody is told of alarms: name who is woken under aws.onCall.page in the environment file.',
    );
  }
  return { page, ticket };
}
