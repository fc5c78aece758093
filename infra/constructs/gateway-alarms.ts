import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmBase,
  AlarmRule,
  ComparisonOperator,
  CompositeAlarm,
  type IAlarmAction,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { ResourceNames } from '../resource-names.ts';
import type { AlarmPlan, CompositePlan, Severity } from './alarm-plan.ts';
import { alarmText } from './alarm-text.ts';
import { deploymentAlarms, providerComposites } from './deployment-alarms.ts';
import { CALLERS_GET_ERRORS, errorAlarms, errorComposites } from './error-alarms.ts';
import { type PlatformParts, platformAlarms } from './platform-alarms.ts';
import { CANARY, proberAlarms } from './prober-alarms.ts';
import { latencyAlarms, serviceAlarms } from './service-alarms.ts';
import { webAlarms } from './web-alarms.ts';

export interface GatewayAlarmsProps extends PlatformParts {
  readonly names: Pick<ResourceNames, 'alarmPrefix' | 'dashboard' | 'gatewayLogGroup' | 'proberLogGroup'>;
  /** What tells whom, by severity. */
  readonly actions: Readonly<Record<Exclude<Severity, 'part'>, readonly IAlarmAction[]>>;
}

/** How long an alarm that another mutes waits for that one, and stays mute after it. */
const MUTE = {
  actionsSuppressorWaitPeriod: Duration.minutes(5),
  actionsSuppressorExtensionPeriod: Duration.minutes(15),
};

/** Every alarm of an environment. */
export class GatewayAlarms extends Construct {
  /** Those that look at metrics, and behind them those that look at alarms. */
  readonly alarms: readonly AlarmBase[];
  /** The page for what callers see: also the one to stop a deployment by. */
  readonly callersGetErrors: AlarmBase;

  constructor(scope: Construct, id: string, props: GatewayAlarmsProps) {
    super(scope, id);
    const { plans, composites } = alarmPlans(props);
    const byName = new Map<string, AlarmBase>();
    for (const plan of plans) {
      byName.set(plan.name, this.metricAlarm(plan, props));
    }
    for (const plan of composites) {
      byName.set(plan.name, this.compositeAlarm(plan, props, byName));
    }
    this.alarms = [...byName.values()];
    this.callersGetErrors = known(byName, CALLERS_GET_ERRORS);
  }

  private metricAlarm(plan: AlarmPlan, props: GatewayAlarmsProps): AlarmBase {
    const [datapointsToAlarm, evaluationPeriods] = plan.periods;
    const alarm = new Alarm(this, plan.name, {
      alarmName: `${props.names.alarmPrefix}${plan.name}`,
      alarmDescription: alarmText(plan, props),
      metric: plan.metric,
      threshold: plan.threshold,
      comparisonOperator:
        plan.isBelow === true ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_THRESHOLD,
      datapointsToAlarm,
      evaluationPeriods,
      treatMissingData: plan.isSilenceBad === true ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    return told(alarm, plan, props);
  }

  private compositeAlarm(
    plan: CompositePlan,
    props: GatewayAlarmsProps,
    byName: ReadonlyMap<string, AlarmBase>,
  ): AlarmBase {
    const any = plan.anyOf.map((all) => AlarmRule.allOf(...all.map((name) => known(byName, name))));
    const alarm = new CompositeAlarm(this, plan.name, {
      compositeAlarmName: `${props.names.alarmPrefix}${plan.name}`,
      alarmDescription: alarmText(plan, props),
      alarmRule: AlarmRule.anyOf(...any),
      ...(plan.mutedBy === undefined ? {} : { actionsSuppressor: known(byName, plan.mutedBy), ...MUTE }),
    });
    return told(alarm, plan, props);
  }
}

/** Every alarm that an environment has, as plans. Composites stand behind what they look at. */
function alarmPlans(parts: PlatformParts): {
  readonly plans: readonly AlarmPlan[];
  readonly composites: readonly CompositePlan[];
} {
  const { environment, prober } = parts;
  const plans = [
    ...errorAlarms(environment, parts.function),
    ...latencyAlarms(environment),
    ...serviceAlarms(environment),
    ...deploymentAlarms(environment),
    ...platformAlarms(parts),
    ...(prober === undefined ? [] : proberAlarms(environment, prober)),
    ...(environment.aws.form === 'web' ? webAlarms(parts) : []),
  ];
  const canary = plans.find(({ name }) => name === CANARY)?.name;
  return { plans, composites: [...errorComposites(environment, canary), ...providerComposites(environment)] };
}

function told<A extends AlarmBase>(alarm: A, { severity }: { severity: Severity }, props: GatewayAlarmsProps): A {
  if (severity !== 'part') {
    alarm.addAlarmAction(...props.actions[severity]);
    alarm.addOkAction(...props.actions[severity]);
  }
  return alarm;
}

function known(byName: ReadonlyMap<string, AlarmBase>, name: string): AlarmBase {
  const alarm = byName.get(name);
  if (alarm === undefined) {
    throw new RangeError(`There is no alarm ${JSON.stringify(name)} to look at.`);
  }
  return alarm;
}
