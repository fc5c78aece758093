import { Stack, Validations } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import type { Alias, CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { AwsSettings } from '../../functions/gateway/config/aws-settings.ts';
import { ReleaseCheck } from './release-check.ts';

export interface RolloutProps {
  /** What callers reach. */
  readonly alias: Alias;
  /** `canary`: a tenth of the calls for five minutes, then all. `unguarded`: all at once, whatever alarms and the check say. */
  readonly mode: AwsSettings['rollout'];
  /** Any of them brings the version before back. */
  readonly alarms: readonly IAlarm[];
}

/** Moves the alias to a new version by CodeDeploy, which goes back by itself when an alarm rings or the move fails. */
export class Rollout extends Construct {
  constructor(scope: Construct, id: string, { alias, mode, alarms }: RolloutProps) {
    super(scope, id);
    const judges = mode === 'unguarded' ? [] : [...alarms];
    const check = new ReleaseCheck(this, 'Check', { release: alias.version }).function;
    // It has to know the new version before the alias moves to it.
    alias.node.addDependency(check);
    const group = new LambdaDeploymentGroup(this, 'Group', {
      alias,
      deploymentConfig:
        mode === 'canary' ? LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES : LambdaDeploymentConfig.ALL_AT_ONCE,
      alarms: judges,
      autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: judges.length > 0 },
      ...(mode === 'unguarded' ? {} : { preHook: check }),
    });
    if (group.role !== undefined) {
      Validations.of(group.role).acknowledge({
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
        reason: "CodeDeploy's own policy for Lambda: it moves aliases and reads alarms.",
      });
      const id = Stack.of(this).getLogicalId(check.node.defaultChild as CfnFunction);
      Validations.of(group.role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::<${id}.Arn>:*]`,
        reason: 'The versions of one function, which does nothing but check a release.',
      });
    }
  }
}
