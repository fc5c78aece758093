import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Validations } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { gatewayApp, shipped, templateOf } from './synthesised.ts';

const domain = { name: 'llm.example.com', certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc' };
const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/llm/abc';

describe('CloudFront before the gateway', () => {
  test('is not there by default', () => {
    templateOf(shipped('prod')).resourceCountIs('AWS::CloudFront::Distribution', 0);
  });

  for (const form of ['event', 'web'] as const) {
    test(`passes calls to the form ${form} on as they are: nothing cached or compressed, and not its own name as Host`, () => {
      const template = templateOf(shipped('dev', { form, front: { domain, webAclArn, silenceSeconds: 45 } }));
      template.hasResourceProperties('AWS::CloudFront::Distribution', {
        DistributionConfig: {
          Aliases: ['llm.example.com'],
          WebACLId: webAclArn,
          DefaultCacheBehavior: {
            AllowedMethods: Match.arrayWith(['POST']),
            // AWS's own policies: CachingDisabled, AllViewerExceptHostHeader.
            CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
            OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
            Compress: false,
            ViewerProtocolPolicy: 'https-only',
          },
          Origins: [
            Match.objectLike({ CustomOriginConfig: { OriginReadTimeout: 45, OriginProtocolPolicy: 'https-only' } }),
          ],
        },
      });
      assert.match(JSON.stringify(template.findOutputs('BaseUrl')), /https:\/\/llm\.example\.com\/v1/);
    });
  }

  test('passes cdk-nag without a domain of its own', () => {
    const { app } = gatewayApp(shipped('dev', { front: { silenceSeconds: 60 } }));
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    app.synth();
  });
});
