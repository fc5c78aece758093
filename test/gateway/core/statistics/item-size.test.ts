import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statisticsTable } from '../../../../functions/gateway/adapters/dynamodb/table-definitions.ts';
import { epochAt } from '../../../../functions/gateway/core/statistics/forward-decay.ts';
import type { Observation } from '../../../../functions/gateway/core/statistics/observation.ts';
import { addSums, type Sums, sumsOf } from '../../../../functions/gateway/core/statistics/sums.ts';
import { seededRandom } from '../../../../infra/local/simulated/seeded-random.ts';
import { lognormal } from '../../../support/lognormal.ts';
import { EPOCH_MS, EPOCH_START_MS, observation, SCALE } from '../../../support/observation.ts';

/** What a write unit covers. */
const WRITE_UNIT_BYTES = 1024;
const ID = 'amazon-bedrock/us.anthropic.claude-sonnet-with-a-long-name';

/** Source: Amazon DynamoDB developer guide, "DynamoDB item sizes and formats": UTF-8 names, a byte per two significant digits and one more. */
function itemBytes(sums: Sums, epoch: number): number {
  const { partitionKey, sortKey, ttlAttribute } = statisticsTable;
  const key = partitionKey.name.length + 'deployment#'.length + ID.length + sortKey.name.length + numberBytes(epoch);
  const expiry = ttlAttribute.length + numberBytes((epoch * EPOCH_MS) / 1000);
  return [...sums].reduce((total, [name, value]) => total + name.length + numberBytes(value), key + expiry);
}

function numberBytes(value: number): number {
  const digits = BigInt(value).toString().replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1;
}

const CALLS_PER_SECOND = 10_000;
/** As many as the fleet writes a second; the test takes a quarter of them, each for four times as many: the same sums, sooner. */
const WRITTEN_PER_SECOND = 200 / 4;

/** Traffic with 1 % of stragglers, a hedge or a caller's hang-up on every twentieth call, and time-outs at 10 s. */
function busyObservations(random: () => number): () => Partial<Observation> {
  const ttft = lognormal(random, 700, 0.6);
  const rest = lognormal(random, 4000, 0.7);
  return () => {
    const ttftMs = ttft() * (random() < 0.01 ? 10 : 1);
    const extra = random() < 0.5 ? 'hedge' : 'retry';
    const limitMs = random() < 0.05 ? 200 + 9800 * random() : 10_000;
    return ttftMs > limitMs
      ? { extra, outcome: 'failed', waitedMs: limitMs }
      : { extra, ttftMs, totalMs: ttftMs + rest(), inputTokens: 2000, outputTokens: 300 };
  };
}

describe("an epoch's item", () => {
  it('stays below one write unit through an epoch of 10,000 calls a second with stragglers, time-outs and hedges', () => {
    const draw = busyObservations(seededRandom(7));
    const stepMs = 1000 / WRITTEN_PER_SECOND;
    let sums: Sums = new Map();
    for (let sinceMs = 0; sinceMs < EPOCH_MS; sinceMs += stepMs) {
      const one = observation({ atMs: EPOCH_START_MS + sinceMs, ...draw() });
      sums = addSums(sums, sumsOf(one, SCALE, CALLS_PER_SECOND / WRITTEN_PER_SECOND).sums);
    }
    const bytes = itemBytes(sums, epochAt(EPOCH_START_MS, SCALE));
    assert.ok(bytes < WRITE_UNIT_BYTES, `${bytes} bytes, ${sums.size} sums`);
  });
});
