import * as z from 'zod';
import { frontSchema, webSchema } from './aws-address-settings.ts';

/** CloudWatch Logs accepts these periods only. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const share = z.number().gt(0).max(1);

/** When to page. Rates are shares of the calls in a period of five minutes. */
const alarmsSchema = z
  .strictObject({
    ttftP99Ms: z
      .number()
      .positive()
      .default(5_000)
      .meta({
        description:
          'Page when more than 1 % of the first tokens take longer than this many milliseconds: when the p99 is above it.',
        examples: [5_000],
      }),
    latencyP99Ms: z
      .number()
      .positive()
      .default(60_000)
      .meta({
        description: 'Ticket when more than 1 % of the whole answers take longer than this many milliseconds.',
        examples: [60_000],
      }),
    availability: z
      .number()
      .min(0.95)
      .max(0.9999)
      .default(0.999)
      .meta({
        description:
          "The share of requests that shall not fail, but through the caller's own fault. Page when a month's budget of failures would be spent in two days (14.4 times the rate, over an hour and over five minutes); ticket at five days (6 times, over six hours and half an hour).",
        examples: [0.999],
      }),
    failoverRate: share.default(0.2).meta({
      description: 'Ticket when this share of requests had to be tried at another deployment than the first.',
      examples: [0.2],
    }),
    providerErrorRate: share.default(0.5).meta({
      description: 'A provider counts as down when this share of the attempts at one of its deployments fails.',
      examples: [0.5],
    }),
    monthlySpendUsd: z
      .number()
      .positive()
      .default(1_000)
      .meta({
        description:
          "Ticket when the last day's spending at the providers, times thirty, is above this many US dollars.",
        examples: [1_000],
      }),
  })
  .prefault({})
  .meta({ description: 'Thresholds of the alarms.', examples: [{ ttftP99Ms: 5_000 }] });

const subscribersSchema = z
  .array(
    z.union(
      [z.email(), z.url({ protocol: /^https$/ }), z.string().regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/)],
      'must be an e-mail address, an https address, or the ARN of an SNS topic',
    ),
  )
  .default([]);

const onCallSchema = z
  .strictObject({
    page: subscribersSchema.meta({
      description: 'Who is woken: e-mail addresses, https addresses, ARNs of SNS topics.',
      examples: [['https://events.pagerduty.com/integration/KEY/enqueue']],
    }),
    ticket: subscribersSchema.meta({
      description: 'Who reads what can wait for the day: as for page.',
      examples: [['team@example.com']],
    }),
  })
  .prefault({})
  .meta({
    description:
      'Who is told of alarms. AWS asks mail and web addresses to confirm first; the policy of a topic that is there already must let cloudwatch.amazonaws.com publish. Without subscribers the alarms are seen on the dashboard only.',
    examples: [{ page: ['oncall@example.com'], ticket: ['team@example.com'] }],
  });

const corsSchema = z
  .strictObject({
    allowedOrigins: z
      .array(z.string().regex(/^(\*|https?:\/\/[^\s/]+)$/, 'must be an origin without a path, or *'))
      .min(1)
      .meta({ description: 'Origins whose pages may call the gateway.', examples: [['https://app.example.com']] }),
    maxAgeSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(3_600)
      .meta({
        description: 'How long a browser may remember the permission.',
        examples: [3_600],
      }),
  })
  .meta({
    description: 'Lets web pages call the gateway. Without it no browser may.',
    examples: [{ allowedOrigins: ['https://app.example.com'] }],
  });

const proberSchema = z
  .union(
    [
      z.strictObject({
        everyMinutes: z
          .int()
          .min(1)
          .max(10)
          .meta({ description: 'The time between two runs, in minutes.', examples: [1] }),
        canary: z
          .boolean()
          .default(false)
          .meta({
            description:
              "Whether each run also asks the gateway's own address for its models, as a caller would. It uses the gateway key in the secret's field NEMO_CANARY_KEY. Page when that fails or is silent.",
            examples: [true],
          }),
      }),
      z.literal('off'),
    ],
    'must be "off" or say everyMinutes, 1 to 10',
  )
  .default('off')
  .meta({
    description:
      'How often deployments that no traffic measures are asked for one token, which costs its price; "off": never. ' +
      'With more than ten minutes between two runs the alarm for a deployment that is down would miss it.',
    examples: [{ everyMinutes: 1 }],
  });

/** What the stack needs to know of an environment beyond the gateway's own configuration. The gateway ignores it. */
export const awsSettingsSchema = z
  .strictObject({
    account: z
      .string()
      .regex(/^\d{12}$/, 'must be an AWS account number of 12 digits')
      .exactOptional()
      .meta({
        description: 'The account to deploy to. Without it: the one of the credentials in use.',
        examples: ['123456789012'],
      }),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region')
      .exactOptional()
      .meta({
        description: 'The region to deploy to. Without it: the one of the credentials in use.',
        examples: ['us-east-1'],
      }),
    form: z
      .enum(['event', 'web'])
      .default('event')
      .meta({
        description:
          '"event": a Lambda function behind a Function URL, one call at a time in each process. "web": a Lambda Web Function, many calls at once in each.',
        examples: ['event'],
      }),
    web: webSchema,
    rollout: z
      .enum(['canary', 'all-at-once', 'unguarded'])
      .default('canary')
      .meta({
        description:
          'How a new version of the form "event" takes over: "canary" gives it a tenth of the calls for five minutes. An alarm brings the old one back. "unguarded" asks no alarm and calls no version before: for going back while alarms ring.',
        examples: ['canary'],
      }),
    memoryMb: z
      .int()
      .min(128)
      .max(10_240)
      // A request of 6 MB takes up to 260 MB at its peak, which 256 would not hold. 1024 is twice as dear and saves some milliseconds a call.
      // Measured: `npm run bench:memory`; what it costs: `npm run bench:bill`.
      .default(512)
      .meta({
        description:
          "The gateway function's memory in MB; its share of a CPU grows with it. Below 512, requests of several MB may not fit.",
        examples: [512],
      }),
    reservedConcurrency: z
      .union([z.int().min(1), z.literal('none')], 'must be a whole number from 1 or "none"')
      .default(100)
      .meta({
        description: 'The most calls in flight at once, which bounds the spending; "none" sets no bound.',
        examples: [100],
      }),
    logRetentionDays: z
      .literal(RETENTION_DAYS)
      .default(30)
      .meta({ description: 'How long CloudWatch keeps the logs, in days.', examples: [30] }),
    onCall: onCallSchema,
    runbookUrl: z
      .url({ protocol: /^https$/, error: 'must be an https address' })
      .exactOptional()
      .meta({
        description: "Where your team reads infra/RUNBOOK.md. The alarms' messages link to their headings there.",
        examples: ['https://github.com/example/nemorouter/blob/main/infra/RUNBOOK.md'],
      }),
    protected: z
      .boolean()
      .default(true)
      .meta({
        description:
          'Whether the stack and its keys are kept from deletion. Off: deleting the stack deletes everything.',
        examples: [true],
      }),
    tags: z
      .record(z.string().regex(/^(?!aws:)[\w .:/=+@-]{1,128}$/, 'must be a tag name'), z.string().max(256))
      .default({})
      .meta({ description: 'Tags for everything in the stack.', examples: [{ team: 'platform' }] }),
    cors: corsSchema.exactOptional(),
    front: frontSchema.exactOptional(),
    prober: proberSchema,
    alarms: alarmsSchema,
  })
  .meta({
    description: 'What only the AWS stack needs. The gateway ignores it.',
    examples: [{ memoryMb: 512, onCall: { page: ['oncall@example.com'] } }],
  });

/** The `aws` part of a configuration file with its defaults filled in. */
export type AwsSettings = z.output<typeof awsSettingsSchema>;
