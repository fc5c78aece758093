import * as z from 'zod';

/** Requests a second that an endpoint of a Web Function can be bounded to. Source: AWS CDK, `WebFunctionDefaultEndpointOptions`. */
const RATE_LIMITS = [
  0,
  ...Array.from({ length: 10 }, (_, step) => (step + 1) * 100),
  ...Array.from({ length: 9 }, (_, step) => (step + 2) * 1_000),
];

/** The bounds of a Web Function. */
export const webSchema = z
  .strictObject({
    maxEnvironments: z
      .int()
      .min(2)
      .default(20)
      .meta({
        description: 'The most processes at once, of 64 calls each: it bounds the spending.',
        examples: [20],
      }),
    rateLimit: z
      .literal(RATE_LIMITS)
      .exactOptional()
      .meta({
        description: 'The most requests a second; 0 turns all away. Lambda knows these steps only.',
        examples: [500],
      }),
  })
  .prefault({})
  .meta({ description: 'Bounds of the form "web".', examples: [{ maxEnvironments: 20 }] });

/** CloudFront before the gateway. */
export const frontSchema = z
  .strictObject({
    domain: z
      .strictObject({
        name: z
          .string()
          .regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a domain name')
          .meta({ description: 'The name that callers use.', examples: ['llm.example.com'] }),
        certificateArn: z
          .string()
          .regex(/^arn:aws[\w-]*:acm:us-east-1:/, 'must be the ARN of a certificate in us-east-1')
          .meta({
            description: 'Its certificate, which CloudFront wants in us-east-1.',
            examples: ['arn:aws:acm:us-east-1:123456789012:certificate/abc'],
          }),
      })
      .exactOptional()
      .meta({
        description: "A domain of your own; its DNS points to the distribution. Without it: CloudFront's own name.",
        examples: [{ name: 'llm.example.com', certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc' }],
      }),
    webAclArn: z
      .string()
      .regex(/^arn:aws[\w-]*:wafv2:us-east-1:\d{12}:global\/webacl\//, 'must be the ARN of a web ACL for CloudFront')
      .exactOptional()
      .meta({
        description: 'A web ACL of AWS WAF that calls have to pass.',
        examples: ['arn:aws:wafv2:us-east-1:123456789012:global/webacl/llm/abc'],
      }),
    silenceSeconds: z
      .int()
      .min(1)
      .max(180)
      .default(60)
      .meta({
        description: 'CloudFront cuts an answer that is silent for longer. Above 60 AWS has to raise a quota.',
        examples: [60],
      }),
  })
  .meta({
    description: 'CloudFront before the address of the gateway. Without it there is none.',
    examples: [{ silenceSeconds: 60 }],
  });
