import { Aws } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface AlarmTopicProps {
  readonly name: string;
  /** E-mail addresses, HTTPS addresses, and ARNs of topics that are there already. */
  readonly subscribers: readonly string[];
}

/**
 * Where alarms of one severity go. AWS asks an e-mail's owner and a web service to confirm before it sends anything else. A topic that is
 * there already is told by the alarms themselves; its policy must let `cloudwatch.amazonaws.com` publish.
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;
  /** What an alarm does to tell all of them. */
  readonly actions: readonly IAlarmAction[];

  constructor(scope: Construct, id: string, { name, subscribers }: AlarmTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { topicName: name, enforceSSL: true });
    // A topic with a policy loses the default one, and with it the alarms' right to publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    const known = subscribers.filter((subscriber) => subscriber.startsWith('arn:'));
    for (const subscriber of subscribers.filter((one) => !known.includes(one))) {
      const isUrl = subscriber.startsWith('https://');
      this.topic.addSubscription(isUrl ? new UrlSubscription(subscriber) : new EmailSubscription(subscriber));
    }
    const topics = known.map((arn, index) => Topic.fromTopicArn(this, `Known${index}`, arn));
    this.actions = [this.topic, ...topics].map((topic) => new SnsAction(topic));
  }
}
