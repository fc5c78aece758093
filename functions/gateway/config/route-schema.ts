import * as z from 'zod';
import { deploymentOrRouteName, tagName } from './name-schemas.ts';

const STRATEGIES = ['latency-based', 'cost-based', 'least-busy', 'usage-based', 'simple-shuffle', 'ordered'] as const;

/** The most a Lambda invocation has, less time for a well-formed error. */
const MAX_DEADLINE_MS = 890_000;

const milliseconds = z.int().min(1).max(MAX_DEADLINE_MS);

const connectMs = milliseconds.meta({
  description: 'The longest time to connect, in milliseconds.',
  examples: [1_000],
});
const firstTokenMs = milliseconds.meta({
  description: 'The longest time from dialling to the first token, in milliseconds. Faster deployments get less.',
  examples: [10_000],
});
const stallMs = milliseconds.meta({
  description: 'The longest silence between two chunks of an answer, in milliseconds.',
  examples: [15_000],
});
const deadlineMs = milliseconds.meta({
  description: 'The longest a request takes with all its attempts and waits, in milliseconds.',
  examples: [120_000],
});

const timeoutsText = { description: 'How long to wait for what.', examples: [{ firstTokenMs: 10_000 }] };

const maxAttempts = z
  .int()
  .min(1)
  .max(20)
  .meta({
    description: 'Upstream calls for one request, its first hedge not counted.',
    examples: [3],
  });
const sameTargetRetries = z
  .int()
  .min(0)
  .max(10)
  .meta({
    description: 'Further tries at the same deployment before the next one.',
    examples: [0],
  });
const onStreamCut = z.enum(['error', 'continue']).meta({
  description:
    'What happens when a stream breaks after its first token: an error event, or another deployment goes on.',
  examples: ['error'],
});
const explorationShare = z
  .number()
  .min(0)
  .max(1)
  .meta({
    description:
      'Share of calls (0 to 1) that go to a deployment other than the best, to learn. `probes` make it needless.',
    examples: [0],
  });
const secondOpinions = z
  .number()
  .min(0)
  .max(1)
  .meta({
    description:
      'Share of calls (0 to 1) that may be asked once of another provider, after one has refused the request in words that the gateway does not know. 0: none.',
    examples: [0.05],
  });
const band = z
  .number()
  .min(0)
  .max(10)
  .meta({
    description: 'Deployments whose score is within this share of the best count as equals.',
    examples: [0.15],
  });
const hedge = z
  .strictObject({
    percentile: z
      .number()
      .min(50)
      .max(99.9)
      .default(95)
      .meta({
        description:
          "The percentile of the deployment's live time to first token after which a second one is asked too.",
        examples: [95],
      }),
    budget: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .meta({
        description: 'The share of requests (0 to 1) that may be hedged.',
        examples: [0.05],
      }),
  })
  .meta({
    description: 'Asks a second deployment when the first is late; the first token wins.',
    examples: [{ percentile: 95, budget: 0.05 }],
  });

/** Settings that hold for every route, with their defaults. */
export const globalSettings = {
  timeouts: z
    .strictObject({
      connectMs: connectMs.default(1_000),
      firstTokenMs: firstTokenMs.default(10_000),
      stallMs: stallMs.default(15_000),
      deadlineMs: deadlineMs.default(120_000),
    })
    .prefault({})
    .meta(timeoutsText),
  maxAttempts: maxAttempts.default(3),
  sameTargetRetries: sameTargetRetries.default(0),
  hedge: hedge.exactOptional(),
  onStreamCut: onStreamCut.default('error'),
  explorationShare: explorationShare.default(0),
  secondOpinions: secondOpinions.default(0.05),
  band: band.default(0.15),
};

/** A named set of deployments. Its own settings replace the global ones. */
export const routeSchema = z.strictObject({
  strategy: z.enum(STRATEGIES).meta({
    description: 'How the first deployment is chosen and the others are ordered.',
    examples: ['latency-based'],
  }),
  deployments: z
    .array(deploymentOrRouteName)
    .min(1)
    .meta({
      description:
        'Ids in `deployments`. Their order counts for the strategy `ordered` and where nothing is known yet.',
      examples: [['openai/gpt-5.5', 'anthropic/claude-sonnet']],
    }),
  tags: z
    .array(tagName)
    .exactOptional()
    .meta({
      description: 'Only deployments that carry all of these serve the route.',
      examples: [['vision']],
    }),
  timeouts: z
    .strictObject({
      connectMs: connectMs.exactOptional(),
      firstTokenMs: firstTokenMs.exactOptional(),
      stallMs: stallMs.exactOptional(),
      deadlineMs: deadlineMs.exactOptional(),
    })
    .exactOptional()
    .meta(timeoutsText),
  maxAttempts: maxAttempts.exactOptional(),
  sameTargetRetries: sameTargetRetries.exactOptional(),
  hedge: hedge.exactOptional(),
  onStreamCut: onStreamCut.exactOptional(),
  explorationShare: explorationShare.exactOptional(),
  secondOpinions: secondOpinions.exactOptional(),
  band: band.exactOptional(),
});
