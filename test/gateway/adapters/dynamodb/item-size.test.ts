import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statisticsTable } from '../../../../functions/gateway/adapters/dynamodb/table-definitions.ts';
import { epochAt, epochLengthMs, weightAt } from '../../../../functions/gateway/core/statistics/forward-decay.ts';
import type { Lesson } from '../../../../functions/gateway/core/statistics/observation.ts';
import { countsOf, PACES, type Sums, sumsOf } from '../../../../functions/gateway/core/statistics/sums.ts';
import { seededRandom } from '../../../../infra/local/simulated/seeded-random.ts';
import { lognormal } from '../../../support/lognormal.ts';
import { addSums, EPOCH_START_MS, observation, SCALES } from '../../../support/observation.ts';

/** What a write unit covers. */
const WRITE_UNIT_BYTES = 1024;
const ID = 'amazon-bedrock/us.anthropic.claude-sonnet-with-a-long-name';

/** Source: Amazon DynamoDB developer guide, "DynamoDB item sizes and formats": UTF-8 names, a byte per two significant digits and one more. */
function itemBytes(sums: Sums, { epoch, epochMs }: { readonly epoch: number; readonly epochMs: number }): number {
  const { partitionKey, sortKey, ttlAttribute } = statisticsTable;
  const key = partitionKey.name.length + 'deployment#'.length + ID.length + sortKey.name.length + numberBytes(epoch);
  const expiry = ttlAttribute.length + numberBytes((epoch * epochMs) / 1000);
  return [...sums].reduce((total, [name, value]) => total + name.length + numberBytes(value), key + expiry);
}

function numberBytes(value: number): number {
  const digits = BigInt(value).toString().replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1;
}

const CALLS_PER_SECOND = 10_000;
/** As many as the fleet writes a second; the test takes some of them, each for ten times as many: the same sums, sooner. */
const WRITTEN_PER_SECOND = 200 / 10;

/** Traffic with 1 % of stragglers, a hedge or a caller's hang-up on every twentieth call, late first tokens, and time-outs at 10 s. */
function busyLessons(random: () => number): () => readonly Lesson[] {
  const ttft = lognormal(random, 700, 0.6);
  const rest = lognormal(random, 4000, 0.7);
  return () => {
    const ttftMs = ttft() * (random() < 0.01 ? 10 : 1);
    const limitMs = random() < 0.05 ? 200 + 9800 * random() : 10_000;
    const late: readonly Lesson[] = ttftMs > 1400 ? [{ kind: 'late', waitedMs: 1400 + 300 * random() }] : [];
    const extra = random() < 0.5 ? 'hedge' : 'retry';
    return ttftMs > limitMs
      ? [...late, { kind: 'failed', waitedMs: limitMs, extra }]
      : [...late, { kind: 'first-token', ttftMs, extra }, ending(ttftMs, ttftMs + rest(), random() < 0.01)];
  };
}

function ending(ttftMs: number, totalMs: number, isCut: boolean): Lesson {
  return isCut ? { kind: 'cut' } : { kind: 'answered', ttftMs, totalMs, inputTokens: 2000, outputTokens: 300 };
}

describe("an epoch's item", () => {
  for (const pace of PACES) {
    it(`of the ${pace} memory stays below one write unit through 10,000 calls a second with stragglers, time-outs and hedges`, () => {
      const draw = busyLessons(seededRandom(7));
      const stepMs = 1000 / WRITTEN_PER_SECOND;
      const scale = SCALES[pace];
      let sums: Sums = new Map();
      for (let sinceMs = 0; sinceMs < epochLengthMs(scale); sinceMs += stepMs) {
        const atMs = EPOCH_START_MS + sinceMs;
        const weight = weightAt(atMs, scale, CALLS_PER_SECOND / WRITTEN_PER_SECOND);
        const added = draw().map((lesson) => sumsOf(countsOf(observation(lesson, { atMs })), weight, pace));
        sums = addSums(sums, ...added);
      }
      const bytes = itemBytes(sums, { epoch: epochAt(EPOCH_START_MS, scale), epochMs: epochLengthMs(scale) });
      assert.ok(bytes < WRITE_UNIT_BYTES, `${bytes} bytes, ${sums.size} sums`);
    });
  }
});
