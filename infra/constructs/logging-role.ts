import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, LogGroupClass } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { AwsSettings } from '../../functions/gateway/config/aws-settings.ts';

/**
 * A function's log group, and a role of its own that may write there and do nothing else yet: AWS's ready-made policy would allow writing to
 * every log group. The group is of the Standard class: the cheaper one makes no metrics of embedded-metric lines.
 */
export function loggingRole(
  scope: Construct,
  logGroupName: string,
  aws: AwsSettings,
): { readonly logGroup: LogGroup; readonly role: Role } {
  const logGroup = new LogGroup(scope, 'Logs', {
    logGroupName,
    logGroupClass: LogGroupClass.STANDARD,
    retention: aws.logRetentionDays,
    removalPolicy: aws.protected ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    }),
  );
  return { logGroup, role };
}
