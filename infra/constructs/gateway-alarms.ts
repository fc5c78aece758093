import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Environment } from '../environment-file.ts';
import type { AlarmPlan } from './alarm-plan.ts';
import { type PlatformParts, platformAlarms } from './platform-alarms.ts';
import { deploymentAlarms, latencyAlarms, outageAlarms, rateAlarms, spendingAlarms } from './service-alarms.ts';

export interface GatewayAlarmsProps extends PlatformParts {
  readonly environment: Environment;
  /** Begins each alarm's name. */
  readonly prefix: string;
  readonly topic: ITopic;
  /** Of what not every environment has. */
  readonly others: readonly AlarmPlan[];
}

/** Every alarm of an environment, all of them sent to one topic. */
export class GatewayAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: GatewayAlarmsProps) {
    super(scope, id);
    const plans = [
      ...latencyAlarms(props.environment),
      ...rateAlarms(props.environment),
      ...outageAlarms(props.environment),
      ...spendingAlarms(props.environment),
      ...deploymentAlarms(props.environment),
      ...platformAlarms(props),
      ...props.others,
    ];
    const action = new SnsAction(props.topic);
    this.alarms = plans.map((plan) => {
      const [datapointsToAlarm, evaluationPeriods] = plan.periods;
      const alarm = new Alarm(this, plan.name, {
        alarmName: `${props.prefix}${plan.name}`,
        alarmDescription: plan.description,
        metric: plan.metric,
        threshold: plan.threshold,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        datapointsToAlarm,
        evaluationPeriods,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
  }
}
