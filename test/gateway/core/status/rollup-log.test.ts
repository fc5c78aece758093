import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Rollup } from '../../../../functions/gateway/core/status/rollup.ts';
import { type RollupLog, rollupLog } from '../../../../functions/gateway/core/status/rollup-log.ts';
import type { RollupStore } from '../../../../functions/gateway/core/status/rollup-store.ts';
import { requestRecord } from '../../../support/request-records.ts';
import { deployment, measured, route } from '../../../support/routes.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

/** A store in memory, which answers while `isUp`. */
function memoryStore() {
  const written: Rollup[] = [];
  const store = { isUp: true, writes: 0, reads: 0 };
  const whenUp = async <Value>(value: Value): Promise<Value> => {
    if (!store.isUp) {
      throw new Error('throttled');
    }
    return value;
  };
  const port: RollupStore = {
    add: async (rollups) => {
      await whenUp(undefined);
      store.writes += 1;
      written.push(...rollups);
    },
    read: ({ kind, names, step, fromSlot }) => {
      store.reads += 1;
      const isWanted = (rollup: Rollup): boolean =>
        rollup.kind === kind && rollup.step === step && rollup.slot >= fromSlot && names.includes(rollup.name);
      return whenUp(written.filter(isWanted));
    },
    keyNames: async () => ['shop'],
    mark: async () => undefined,
    marks: async () => [],
  };
  return { store, port, written };
}

function started() {
  const { clock, advance, pending } = virtualClock();
  const memory = memoryStore();
  const failures: string[] = [];
  const config = { deployments: { 'openai/small': deployment('openai/small') }, routes: { best: route({}) } };
  const log: RollupLog = rollupLog({
    config,
    store: memory.port,
    clock,
    look: () => measured(300),
    onStoreError: (operation) => void failures.push(operation),
  });
  const call = async (): Promise<void> => {
    log.note(requestRecord({ keyName: 'shop' }));
    await log.flush();
  };
  const calls = async (): Promise<number | undefined> => (await log.read('1h'))?.routed.calls;
  return { ...memory, log, call, calls, advance, pending, failures };
}

describe('an instance’s share of the past', () => {
  it('is written at once by the first call, and then once a minute', async () => {
    const { store, call, advance } = started();
    await call();
    await call();
    await call();
    assert.equal(store.writes, 1);
    await advance(60_000);
    assert.equal(store.writes, 2);
  });

  it('counts each call once, written or not', async () => {
    const { call, calls, advance } = started();
    await call();
    await call();
    assert.equal(await calls(), 2);
    await advance(60_000);
    assert.equal(await calls(), 2);
  });

  it('is read once for all who look within two seconds', async () => {
    const { store, call, calls, advance } = started();
    await call();
    await calls();
    const { reads } = store;
    await calls();
    assert.equal(store.reads, reads);
    await advance(2000);
    await calls();
    assert.ok(store.reads > reads);
  });

  it('waits for a store that does not answer, and reads nothing from it', async () => {
    const { store, call, calls, failures, log, advance } = started();
    store.isUp = false;
    await call();
    assert.equal(await log.read('24h'), undefined);
    assert.deepEqual([...new Set(failures)], ['add to the past', 'read the past']);
    store.isUp = true;
    await advance(60_000);
    await call();
    assert.equal(await calls(), 2);
  });

  it('is written when the instance ends, and leaves no timer', async () => {
    const { call, log, written, pending } = started();
    await call();
    await call();
    await log.close();
    const calls = written.filter(({ kind, step }) => kind === 'key' && step === 'minute');
    assert.equal(
      calls.reduce((sum, { sums }) => sum + (sums.get('q') ?? 0), 0),
      2,
    );
    assert.equal(pending(), 0);
  });

  it('tells fifty keys apart in a quarter of an hour, and counts the others together', async () => {
    const { log, written, advance } = started();
    for (let key = 0; key < 60; key += 1) {
      log.note(requestRecord({ keyName: `key-${key}` }));
    }
    await log.flush();
    const keys = written.filter(({ kind, step }) => kind === 'key' && step === 'quarter');
    assert.equal(keys.length, 51);
    assert.equal(keys.find(({ name }) => name === 'other keys')?.sums.get('q'), 10);
    await advance(900_000);
    log.note(requestRecord({ keyName: 'key-59' }));
    await log.close();
    assert.equal(written.at(-1)?.name, 'key-59');
  });

  it('says nothing of routes and deployments that are not configured', async () => {
    const { log, written } = started();
    log.note(requestRecord({ route: 'a-pinned/deployment' }));
    await log.flush();
    assert.deepEqual([...new Set(written.map(({ name }) => name))], ['openai/small']);
  });
});
