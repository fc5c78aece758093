import type { Random } from '../../../functions/gateway/core/model/clock.ts';
import type { FailureMeaning } from '../../../infra/local/simulated/vendor-wire.ts';
import type { Step } from '../../support/fake-provider-step.ts';

/** The share of calls at which a provider does something wrong. */
const FAULTY = 0.25;

const MEANINGS: readonly FailureMeaning[] = [
  'rate-limited',
  'overloaded',
  'server-error',
  'timeout',
  'invalid-request',
];

/** What a provider does with one call, at random: mostly it answers, as long and as slowly as models do. */
export function randomStep(random: Random): Step {
  const chunks = Array.from({ length: 1 + Math.floor(random() * 20) }, (_, index) => ` word${index}`);
  const pace = { firstTokenDelayMs: random() * 1500, chunkDelayMs: random() * 400 };
  if (random() > FAULTY) {
    return { kind: 'answer', chunks, ...pace };
  }
  const afterChunks = Math.floor(random() * chunks.length);
  const content = { chunks, afterChunks, ...pace };
  const faults: readonly Step[] = [
    { kind: 'status', meaning: pick(MEANINGS, random) },
    { kind: 'reset', when: 'before-headers' },
    { kind: 'reset', when: 'after-headers' },
    { kind: 'reset', when: 'after-chunks', ...content },
    { kind: 'silence', when: pick(['before-headers', 'after-headers', 'after-prelude'], random) },
    { kind: 'stall', ...content },
    { kind: 'cut', ...content, clean: random() < 0.5 },
    { kind: 'cut', chunks, afterBytes: Math.floor(random() * 1500), clean: random() < 0.5 },
    { kind: 'missing-terminal', chunks, ...pace },
    { kind: 'malformed-event', chunks, atChunk: afterChunks, ...pace },
    { kind: 'error-event', ...content, meaning: 'overloaded' },
    { kind: 'garbage' },
    { kind: 'html' },
    { kind: 'empty' },
  ];
  return pick(faults, random);
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[Math.floor(random() * items.length)]!;
}
