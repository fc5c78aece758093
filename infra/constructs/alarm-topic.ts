import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface AlarmTopicProps {
  readonly name: string;
  readonly email: string | undefined;
}

/** Where all alarms of an environment go. AWS asks the e-mail's owner to confirm before it sends anything else. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { name, email }: AlarmTopicProps) {
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
    if (email !== undefined) {
      this.topic.addSubscription(new EmailSubscription(email));
    }
  }
}
