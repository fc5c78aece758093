import { Validations } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export interface RolloutProps {
  /** What callers reach. */
  readonly alias: Alias;
  /** `canary`: a tenth of the calls for five minutes, then all. */
  readonly mode: 'canary' | 'all-at-once';
  /** Any of them brings the version before back. */
  readonly alarms: readonly IAlarm[];
}

/** Moves the alias to a new version by CodeDeploy, which goes back by itself when an alarm rings or the move fails. */
export class Rollout extends Construct {
  constructor(scope: Construct, id: string, { alias, mode, alarms }: RolloutProps) {
    super(scope, id);
    const group = new LambdaDeploymentGroup(this, 'Group', {
      alias,
      deploymentConfig:
        mode === 'canary' ? LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES : LambdaDeploymentConfig.ALL_AT_ONCE,
      alarms: [...alarms],
      autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: alarms.length > 0 },
    });
    if (group.role !== undefined) {
      Validations.of(group.role).acknowledge({
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
        reason: "CodeDeploy's own policy for Lambda: it moves aliases and reads alarms.",
      });
    }
  }
}
