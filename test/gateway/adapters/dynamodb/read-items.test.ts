import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { dynamoDbStatisticsStore } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-statistics-store.ts';
import { EJECTION_DEFAULTS } from '../../../../functions/gateway/core/statistics/ejection.ts';
import { fleetStatistics } from '../../../../functions/gateway/core/statistics/fleet-statistics.ts';
import type { PacedEpoch, StatisticsStore } from '../../../../functions/gateway/core/statistics/statistics-store.ts';
import { sumsLedger } from '../../../../functions/gateway/core/statistics/sums.ts';
import { SCALES } from '../../../support/observation.ts';
import { type PartialDynamoDb, startPartialDynamoDb } from '../../../support/partial-dynamodb.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

const EPOCH: readonly PacedEpoch[] = [{ pace: 'lasting', epoch: 7 }];

describe('a read of the statistics', () => {
  let db: PartialDynamoDb;
  let store: StatisticsStore;
  beforeEach(async () => {
    db = await startPartialDynamoDb();
    store = dynamoDbStatisticsStore({ client: db.client, tableName: db.statisticsTable, scales: SCALES });
  });
  afterEach(() => db.close());

  async function write(deployments: readonly string[]): Promise<void> {
    const ledger = sumsLedger();
    for (const [index, deployment] of deployments.entries()) {
      ledger.add({ deployment, pace: 'lasting', epoch: 7, sums: new Map([['q', index + 1]]) });
    }
    await store.add(ledger.sums);
  }

  async function readBack(deployments: readonly string[]): Promise<readonly (number | undefined)[]> {
    const stored = await store.read(deployments, EPOCH);
    return deployments.map((deployment) => stored.get(deployment)?.epochs.lasting.get(7)?.get('q'));
  }

  it('asks at once for what DynamoDB has left out, and is then whole', async () => {
    const deployments = ['a', 'b', 'c', 'd'];
    await write(deployments);
    db.processNext(3);
    assert.deepEqual(await readBack(deployments), [1, 2, 3, 4]);
    assert.deepEqual(db.asked, [8, 5]);
  });

  it('rejects where DynamoDB leaves out some again, in place of calling them unknown', async () => {
    await write(['a', 'b']);
    db.processNext(2, 1);
    await assert.rejects(readBack(['a', 'b']), /left out 1 of 4 items/);
    assert.deepEqual(db.asked, [4, 2]);
    assert.deepEqual(await readBack(['a', 'b']), [1, 2]);
  });

  it('goes out in batches of a hundred keys, each of which is completed by itself', async () => {
    const deployments = Array.from({ length: 120 }, (_, index) => `vendor/${index}`);
    await write(deployments);
    db.processNext(60, 60, 60);
    assert.deepEqual(
      await readBack(deployments),
      deployments.map((_, index) => index + 1),
    );
    assert.deepEqual(db.asked.slice(0, 3).toSorted(), [100, 100, 40]);
    assert.deepEqual(db.asked.slice(3), [40, 40]);
  });

  it('that fails in part leaves the older snapshot in place', async () => {
    const time = virtualClock(7 * 16 * SCALES.lasting.halfLifeMs);
    const failures: string[] = [];
    const statistics = fleetStatistics({
      deployments: ['a'],
      settings: {
        halfLifeSeconds: 60,
        promptDoublingTokens: 0,
        recentHalfLifeSeconds: 8,
        refreshMs: 0,
        staleMs: 0,
        readTimeoutMs: 5000,
        flushMs: 250,
        writesPerSecond: 200,
        readsPerSecond: 3_000,
      },
      ejection: EJECTION_DEFAULTS,
      store,
      clock: time.clock,
      random: () => 0,
      onStoreError: (operation) => void failures.push(operation),
    });
    await store.eject('a', { untilMs: time.clock.nowMs() + 60_000, level: 1, reason: 'failures' });
    await statistics.prepare();
    assert.equal(statistics.look('a').state, 'ejected');
    db.processNext(1, 1);
    await time.advance(1);
    await statistics.prepare();
    assert.equal(statistics.look('a').state, 'ejected');
    assert.deepEqual(failures, ['read']);
  });
});
