import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../infra/local/local-dynamodb.ts';
import { type FakeProvider, startFakeProvider } from '../support/fake-provider.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../support/running-gateway.ts';
import { ask } from './support/ask.ts';

const COOLDOWN_MS = 1000;

interface Fleet extends AsyncDisposable {
  readonly gateways: readonly RunningGateway<string>[];
  /** Asked first, as long as it is not ejected. */
  readonly primary: FakeProvider;
  readonly backup: FakeProvider;
  readonly primaryId: string;
}

let dynamoDb: LocalDynamoDb;
let made = 0;

before(async () => {
  dynamoDb = await startLocalDynamoDb();
});
after(() => dynamoDb.close());

/** Gateways that share a database and two providers, as instances of one function do. */
async function fleetOf(size: number): Promise<Fleet> {
  made += 1;
  const [first, second] = [`primary${made}`, `backup${made}`];
  const [primary, backup] = [await startFakeProvider('openai'), await startFakeProvider('openai')];
  const started = Array.from({ length: size }, () =>
    runningGateway<string>({
      fakes: { [first]: { protocol: 'openai', fake: primary }, [second]: { protocol: 'openai', fake: backup } },
      config: {
        // A busy machine answers some reads later than the default's 50 ms, and a probe that cannot be claimed in time is not made.
        statistics: { refreshMs: 50, flushMs: 0, readTimeoutMs: 2000 },
        ejection: { baseCooldownMs: COOLDOWN_MS },
      },
      dynamoDb,
    }),
  );
  const gateways = await Promise.all(started);
  return {
    gateways,
    primary,
    backup,
    primaryId: deploymentId(first),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(gateways.map((gateway) => gateway.close()));
      await Promise.all([primary.close(), backup.close()]);
    },
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks again and again until the condition holds, for five seconds at most. */
async function askUntil(gateway: RunningGateway<string>, holds: () => Promise<boolean> | boolean): Promise<void> {
  const untilMs = performance.now() + 5000;
  do {
    assert.equal((await ask(gateway)).isDone, true);
    await sleep(30);
  } while (!(await holds()) && performance.now() < untilMs);
  assert.ok(await holds());
}

describe('an ejection', () => {
  it('by one gateway keeps the other from calling, within its refresh', async () => {
    await using fleet = await fleetOf(2);
    const [one, other] = fleet.gateways as [RunningGateway<string>, RunningGateway<string>];
    // The other gateway has a snapshot from before.
    assert.equal((await ask(other)).headers.get('x-nemo-routed-model'), fleet.primaryId);
    fleet.primary.byDefault({ kind: 'status', status: 500 });
    for (let request = 0; request < 3; request += 1) {
      await ask(one);
    }
    // A request starts the refresh behind itself; how soon it is read depends on the machine.
    await askUntil(other, async () => (await ask(other)).headers.get('x-nemo-routing') === 'direct');
    const calls = fleet.primary.requests.length;
    for (let request = 0; request < 5; request += 1) {
      assert.equal((await ask(other)).headers.get('x-nemo-routing'), 'direct');
    }
    assert.equal(fleet.primary.requests.length, calls);
  });

  it('is known to a gateway that has just started', async () => {
    await using fleet = await fleetOf(2);
    const [one, other] = fleet.gateways as [RunningGateway<string>, RunningGateway<string>];
    fleet.primary.byDefault({ kind: 'status', status: 500 });
    for (let request = 0; request < 3; request += 1) {
      await ask(one);
    }
    const calls = fleet.primary.requests.length;
    assert.equal((await ask(other)).headers.get('x-nemo-routing'), 'direct');
    assert.equal(fleet.primary.requests.length, calls);
  });

  it('ends with the probe of exactly one of many callers at once, and with its success for all', async () => {
    await using fleet = await fleetOf(2);
    const [one, other] = fleet.gateways as [RunningGateway<string>, RunningGateway<string>];
    fleet.primary.byDefault({ kind: 'status', status: 500 });
    for (let request = 0; request < 3; request += 1) {
      await ask(one);
    }
    await ask(other);
    await sleep(COOLDOWN_MS + 100);
    fleet.primary.byDefault({ kind: 'answer' });
    fleet.primary.hold();
    const [before, others] = [fleet.primary.requests.length, fleet.backup.requests.length];
    const answers = Array.from({ length: 30 }, (_, call) => ask(call % 2 === 0 ? one : other));
    await fleet.primary.arrival(before);
    // A call that a busy machine plans only after the probe's success may go there too: all have to be under way before it.
    await Promise.race([fleet.backup.arrival(others + 28), sleep(10_000)]);
    assert.equal(fleet.primary.requests.length, before + 1);
    fleet.primary.release();
    const seen = await Promise.all(answers);
    assert.ok(seen.every(({ isDone }) => isDone));
    assert.equal(seen.filter(({ headers }) => headers.get('x-nemo-routed-model') === fleet.primaryId).length, 1);
    for (const gateway of fleet.gateways) {
      const lastOf = async (): Promise<boolean> =>
        (await ask(gateway)).headers.get('x-nemo-routed-model') === fleet.primaryId;
      await askUntil(gateway, lastOf);
    }
  });

  it('is not of the last deployment that is left', async () => {
    await using fleet = await fleetOf(1);
    const [gateway] = fleet.gateways as [RunningGateway<string>];
    fleet.primary.byDefault({ kind: 'status', status: 500 });
    fleet.backup.byDefault({ kind: 'status', status: 500 });
    for (let request = 0; request < 6; request += 1) {
      assert.equal((await ask(gateway)).status, 502);
    }
    // Both are ejected: they are asked as if none were.
    fleet.backup.byDefault({ kind: 'answer' });
    assert.equal((await ask(gateway)).isDone, true);
  });
});

describe('a database that is gone', () => {
  it('takes nothing from the callers, and failover works as before', async () => {
    const own = await startLocalDynamoDb();
    await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'openai' }, dynamoDb: own });
    await ask(gateway);
    await own.close();
    gateway.fakes.first.byDefault({ kind: 'status', status: 500 });
    for (let request = 0; request < 5; request += 1) {
      assert.equal((await ask(gateway)).isDone, true);
    }
    // Known here, though nobody could be told.
    assert.equal((await ask(gateway)).headers.get('x-nemo-routing'), 'direct');
    await gateway.close();
    assert.ok(gateway.storeErrors.length > 0);
  });
});
