import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { allowBedrock } from '../../../infra/constructs/bedrock-access.ts';
import { configOf } from '../synthesised.ts';

interface Allowed {
  readonly resources: readonly string[];
  /** The profile through which alone it is allowed. */
  readonly through?: string;
}

/** What a role may call for these Bedrock models, with AWS's partition and account as `aws` and `ACCOUNT`. */
function allowedFor(models: readonly string[], provider: object = {}): readonly Allowed[] {
  const config = configOf({
    providers: { bedrock: { protocol: 'bedrock', region: 'us-east-1', ...provider } },
    deployments: Object.fromEntries(models.map((model, index) => [`d${index}`, { provider: 'bedrock', model }])),
  });
  const stack = new Stack();
  allowBedrock(new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }), config);
  const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  const statements: { Resource: unknown; Condition?: { ArnLike: Record<string, unknown> } }[] =
    policy?.Properties.PolicyDocument.Statement ?? [];
  return statements.map(({ Resource, Condition }) => ({
    resources: (Array.isArray(Resource) ? Resource : [Resource]).map(text),
    ...(Condition === undefined ? {} : { through: text(Condition.ArnLike['bedrock:InferenceProfileArn']) }),
  }));
}

function text(arn: unknown): string {
  if (typeof arn === 'string') {
    return arn;
  }
  const parts = (arn as { 'Fn::Join': [string, (string | { Ref: string })[]] })['Fn::Join'][1];
  const names: Record<string, string> = { 'AWS::Partition': 'aws', 'AWS::AccountId': 'ACCOUNT' };
  return parts.map((part) => (typeof part === 'string' ? part : names[part.Ref])).join('');
}

describe('allowBedrock', () => {
  test('allows a foundation model in its region', () => {
    assert.deepEqual(allowedFor(['amazon.nova-micro-v1:0', 'moonshot.kimi-k2.5']), [
      {
        resources: [
          'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0',
          'arn:aws:bedrock:us-east-1::foundation-model/moonshot.kimi-k2.5',
        ],
      },
    ]);
  });

  for (const more of [{ protocol: 'openai' }, { protocol: 'anthropic' }]) {
    test(`allows the same for a model that is spoken to in ${more.protocol}`, () => {
      const model = 'openai.gpt-oss-120b-1:0';
      const resources = [`arn:aws:bedrock:us-east-1::foundation-model/${model}`];
      assert.deepEqual(allowedFor([model], { host: 'bedrock', ...more }), [{ resources }]);
    });
  }

  for (const geography of ['us', 'eu', 'apac', 'global', 'jp', 'us-gov']) {
    test(`allows a profile of the geography ${geography}, and its model in every region through the profile only`, () => {
      const profile = `arn:aws:bedrock:us-east-1:ACCOUNT:inference-profile/${geography}.anthropic.claude-sonnet-5`;
      assert.deepEqual(allowedFor([`${geography}.anthropic.claude-sonnet-5`]), [
        { resources: [profile] },
        { resources: ['arn:aws:bedrock:*::foundation-model/anthropic.claude-sonnet-5'], through: profile },
      ]);
    });
  }

  test('takes ARNs as they are', () => {
    const provisioned = 'arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc';
    const profile = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-micro-v1:0';
    const own = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/xyz';
    assert.deepEqual(allowedFor([provisioned, profile, own]), [
      { resources: [provisioned, profile, own] },
      { resources: ['arn:aws:bedrock:*::foundation-model/amazon.nova-micro-v1:0'], through: profile },
      { resources: ['arn:aws:bedrock:*::foundation-model/*'], through: own },
    ]);
  });

  test('names a model once however many deployments call it', () => {
    assert.equal(allowedFor(['amazon.nova-micro-v1:0', 'amazon.nova-micro-v1:0'])[0]?.resources.length, 1);
  });

  test('allows nothing for a provider with a Bedrock API key', () => {
    assert.deepEqual(allowedFor(['amazon.nova-micro-v1:0'], { apiKey: 'AWS_BEARER_TOKEN_BEDROCK' }), []);
  });
});
