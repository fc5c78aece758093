import { Duration } from 'aws-cdk-lib';
import type { AlarmBase } from 'aws-cdk-lib/aws-cloudwatch';
import {
  AlarmStatusWidget,
  Dashboard,
  DashboardVariable,
  DefaultValue,
  type IWidget,
  PeriodOverride,
  TextWidget,
  Values,
  VariableInputType,
  VariableType,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { DIMENSION_SETS, METRIC_NAMESPACE } from '../../functions/gateway/core/metrics/metric-names.ts';
import type { DeployedVersion } from '../deployed-version.ts';
import type { Environment } from '../environment-file.ts';
import type { ResourceNames } from '../resource-names.ts';
import { logGroupLink, queryLink } from './console-link.ts';
import { decisionWidgets } from './decision-widgets.ts';
import { objectiveWidgets, outsideWidgets } from './objective-widgets.ts';
import type { PlatformParts } from './platform-alarms.ts';
import { platformWidgets } from './platform-widgets.ts';
import { SAVED_QUERIES } from './saved-queries.ts';
import { pickedDeploymentWidgets, serviceWidgets } from './service-widgets.ts';

/** Stands in the widgets for the deployment that the reader picks; CloudWatch replaces it wherever it stands. */
const PICKED = 'the-picked-deployment';

export interface MetricDashboardProps extends PlatformParts {
  readonly environment: Environment;
  readonly names: Pick<ResourceNames, 'dashboard' | 'gatewayLogGroup' | 'proberLogGroup'>;
  readonly alarms: readonly AlarmBase[];
  /** What is deployed: a mark on the graphs of latencies and failures. */
  readonly version: DeployedVersion | undefined;
}

/** The proof on one page: how fast and how reliable each route and each deployment is, and what was done about failures. */
export class MetricDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: MetricDashboardProps) {
    super(scope, id);
    const { environment } = props;
    this.dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: props.names.dashboard,
      defaultInterval: Duration.hours(3),
      periodOverride: PeriodOverride.AUTO,
      variables: [deploymentVariable(environment)],
      widgets: [
        [linksWidget(props)],
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: 24, height: 5 })],
        [...objectiveWidgets(environment), ...outsideWidgets(props)],
        ...serviceWidgets(environment, props.version),
        heading('The deployment picked above'),
        pickedDeploymentWidgets(environment.name, PICKED),
        heading('Decisions'),
        ...decisionWidgets(environment.name, props.logGroup),
        heading('Lambda and DynamoDB'),
        platformWidgets(props),
      ],
    });
  }
}

/** Where to go from here. */
function linksWidget({ names, environment, version }: MetricDashboardProps): IWidget {
  const queries = (['Failed requests', 'Failed attempts by reason', 'Lost state', 'Slowest calls'] as const).map(
    (name) => `[${name}](${queryLink(names.gatewayLogGroup, SAVED_QUERIES[name].join('\n| '))})`,
  );
  const prober = environment.aws.prober === 'off' ? [] : [`[prober's log](${logGroupLink(names.proberLogGroup)})`];
  const links = [
    ...queries,
    `[gateway's log](${logGroupLink(names.gatewayLogGroup)})`,
    ...prober,
    `[runbook](${environment.aws.runbookUrl ?? 'infra/RUNBOOK.md'})`,
  ];
  const deployed = version === undefined ? '' : ` Deployed: ${version.name}.`;
  return new TextWidget({ markdown: `${links.join(' | ')}${deployed}`, width: 24, height: 2 });
}

/** A list to pick a deployment from. CloudWatch fills it with those that have metrics. */
function deploymentVariable({ name, config }: Environment): DashboardVariable {
  const terms = `{${[METRIC_NAMESPACE, ...DIMENSION_SETS.deployment].join(',')}} MetricName="Errors" Environment="${name}"`;
  return new DashboardVariable({
    id: 'deployment',
    label: 'Deployment',
    type: VariableType.PATTERN,
    inputType: VariableInputType.SELECT,
    value: PICKED,
    values: Values.fromSearch(terms, 'Deployment'),
    defaultValue: DefaultValue.value(Object.keys(config.deployments)[0] ?? PICKED),
    visible: true,
  });
}

function heading(text: string): IWidget[] {
  return [new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 })];
}
