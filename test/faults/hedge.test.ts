import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arrayMember, member } from '../../functions/gateway/core/wire/json.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../infra/local/local-dynamodb.ts';
import { type FakeProvider, startFakeProvider } from '../support/fake-provider.ts';
import { gate } from '../support/gate.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../support/running-gateway.ts';
import { ask, send } from './support/ask.ts';

type Name = 'first' | 'second';
type Hedging = RunningGateway<Name>;

/** Dollars for a million tokens, so that each token costs one. */
const PRICES = { inputPrice: 1_000_000, outputPrice: 1_000_000 };

function hedgingGateway(
  budget: number,
  shared: { readonly dynamoDb?: LocalDynamoDb; readonly fakes?: Readonly<Record<Name, FakeProvider>> } = {},
): Promise<Hedging> {
  const { fakes } = shared;
  return runningGateway<Name>({
    fakes:
      fakes === undefined
        ? { first: 'openai', second: 'anthropic' }
        : {
            first: { protocol: 'openai', fake: fakes.first },
            second: { protocol: 'anthropic', fake: fakes.second },
          },
    deployments: { first: PRICES, second: PRICES },
    config: {
      routes: {
        all: {
          strategy: 'ordered',
          deployments: [deploymentId('first'), deploymentId('second')],
          hedge: { percentile: 95, budget },
        },
      },
      // A gateway that has just started waits for what the others know, however busy the machine is.
      statistics: { refreshMs: 0, flushMs: 0, readTimeoutMs: 5000 },
    },
    ...(shared.dynamoDb === undefined ? {} : { dynamoDb: shared.dynamoDb }),
  });
}

/** So many quick answers: from then on it is known what late is. Resolves with the hedges among them: a busy machine makes one late too. */
async function learn(gateway: Hedging, requests = 30): Promise<number> {
  for (let request = 0; request < requests; request += 1) {
    await ask(gateway);
  }
  return gateway.fakes.second.requests.length;
}

describe('a hedge', () => {
  it('is started beside a late call, wins, and has the late one aborted at once', async () => {
    await using gateway = await hedgingGateway(1);
    await learn(gateway);
    const before = gateway.fakes.first.requests.length;
    gateway.fakes.first.script({ kind: 'silence', when: 'after-prelude' });
    const seen = await ask(gateway);
    assert.equal(seen.isDone, true);
    assert.equal(seen.headers.get('x-nemo-routing'), 'hedge');
    assert.equal(seen.headers.get('x-nemo-routed-model'), deploymentId('second'));
    assert.equal(seen.headers.get('x-nemo-attempts'), '2');
    assert.equal(await (await gateway.fakes.first.arrival(before)).ended, 'aborted-by-client');
  });

  it('leaves the loser in the trail, with what it costs by our own count', async () => {
    await using gateway = await hedgingGateway(1);
    await learn(gateway);
    gateway.fakes.first.script({ kind: 'silence', when: 'after-headers' });
    gateway.fakes.second.script({ kind: 'answer', usage: { inputTokens: 9, outputTokens: 4 } });
    const { trail } = await ask(gateway);
    const attempts = arrayMember(trail, 'attempts').map((attempt) =>
      ['deployment', 'outcome', 'reason', 'hedge', 'cost_usd', 'cost_is_estimate'].map((name) => member(attempt, name)),
    );
    const cost = Number(attempts[0]?.[4]);
    assert.deepEqual(attempts, [
      [deploymentId('first'), 'aborted', 'aborted by the hedge', false, cost, true],
      [deploymentId('second'), 'served', undefined, true, 13, undefined],
    ]);
    // "Hello" is three tokens at two bytes each; what is around it counts too.
    assert.ok(cost >= 3 && cost < 100, String(cost));
    assert.equal(trail?.cost_usd, cost + 13);
  });

  it('that loses is aborted at once too', async () => {
    await using gateway = await hedgingGateway(1);
    const hedgesBefore = await learn(gateway);
    const door = gate();
    gateway.fakes.first.script({ kind: 'answer', holdBeforeFirstToken: door });
    gateway.fakes.second.script({ kind: 'silence', when: 'before-headers' });
    const answer = ask(gateway);
    const hedge = await gateway.fakes.second.arrival(hedgesBefore);
    door.open();
    const seen = await answer;
    assert.equal(seen.headers.get('x-nemo-routing'), 'direct');
    assert.equal(seen.headers.get('x-nemo-routed-model'), deploymentId('first'));
    assert.equal(await hedge.ended, 'aborted-by-client');
  });

  it('blames nobody: who was late is asked first again', async () => {
    await using gateway = await hedgingGateway(1);
    await learn(gateway);
    for (let request = 0; request < 5; request += 1) {
      gateway.fakes.first.script({ kind: 'silence', when: 'before-headers' });
      assert.equal((await ask(gateway)).headers.get('x-nemo-routing'), 'hedge');
    }
    assert.equal((await ask(gateway)).headers.get('x-nemo-routed-model'), deploymentId('first'));
  });

  it('serves a plain call as well', async () => {
    await using gateway = await hedgingGateway(1);
    await learn(gateway);
    gateway.fakes.first.script({ kind: 'silence', when: 'before-headers' });
    const seen = await ask(gateway, { stream: false, stream_options: undefined });
    assert.equal(seen.headers.get('x-nemo-routing'), 'hedge');
  });

  it('is not started before it is known what late is', async () => {
    await using gateway = await hedgingGateway(1);
    await learn(gateway, 10);
    gateway.fakes.first.script({ kind: 'answer', firstTokenDelayMs: 300 });
    assert.equal((await ask(gateway)).headers.get('x-nemo-attempts'), '1');
  });

  it('that fails takes nothing from the call it was to help', async () => {
    await using gateway = await hedgingGateway(1);
    const hedgesBefore = await learn(gateway);
    const door = gate();
    gateway.fakes.first.script({ kind: 'answer', holdBeforeFirstToken: door });
    gateway.fakes.second.script({ kind: 'status', status: 400 });
    const answer = ask(gateway);
    const hedge = await gateway.fakes.second.arrival(hedgesBefore);
    await hedge.ended;
    door.open();
    assert.equal((await answer).headers.get('x-nemo-routed-model'), deploymentId('first'));
  });
});

describe('the budget of hedges', () => {
  it('holds for many late calls at once', async () => {
    // 60 requests allow three hedges. Where answers come at once, a lost one makes the second look too slow for the next.
    await using gateway = await hedgingGateway(0.05);
    for (const fake of [gateway.fakes.first, gateway.fakes.second]) {
      fake.byDefault({ kind: 'answer', firstTokenDelayMs: 40 });
    }
    await learn(gateway, 60);
    const door = gate();
    gateway.fakes.first.byDefault({ kind: 'answer', holdBeforeFirstToken: door });
    const late = Array.from({ length: 20 }, () => ask(gateway));
    await gateway.fakes.first.arrival(60 + 19);
    await new Promise((resolve) => setTimeout(resolve, 500));
    door.open();
    await Promise.all(late);
    // On a machine that stands still the limit for a first token passes too: who then asks the second is no hedge.
    const records = await Promise.all(late.map((_, index) => gateway.record(60 + index)));
    const hedges = records.flatMap(({ attempts }) => attempts).filter(({ hedge }) => hedge).length;
    assert.ok(hedges >= 1 && hedges <= 4, `there were ${hedges} hedges`);
  });

  it('is one for all gateways that share a database', async () => {
    await using stack = new AsyncDisposableStack();
    const dynamoDb = await startLocalDynamoDb();
    stack.defer(dynamoDb.close);
    const fakes = { first: await startFakeProvider('openai'), second: await startFakeProvider('anthropic') };
    stack.defer(fakes.first.close);
    stack.defer(fakes.second.close);
    {
      // 60 requests allow one hedge. Two late ones among them do not move the 95th percentile.
      await using one = await hedgingGateway(0.02, { dynamoDb, fakes });
      await learn(one, 60);
      fakes.first.script({ kind: 'answer', firstTokenDelayMs: 700 });
      await ask(one);
      assert.equal(fakes.second.requests.length, 1);
    }
    // The other gateways know what late is from the first: with a larger budget one of them hedges, with the same it does not.
    for (const { budget, calls } of [
      { budget: 0.02, calls: '1' },
      { budget: 1, calls: '2' },
    ]) {
      await using other = await hedgingGateway(budget, { dynamoDb, fakes });
      fakes.first.script({ kind: 'answer', firstTokenDelayMs: 700 });
      assert.equal((await ask(other)).headers.get('x-nemo-attempts'), calls);
    }
  });
});

describe('a caller who hangs up', () => {
  it('while a hedge is under way ends both calls', async () => {
    await using gateway = await hedgingGateway(1);
    const hedgesBefore = await learn(gateway);
    const before = gateway.fakes.first.requests.length;
    gateway.fakes.first.script({ kind: 'silence', when: 'after-prelude' });
    gateway.fakes.second.script({ kind: 'silence', when: 'after-prelude' });
    const caller = new AbortController();
    const call = send(gateway, {}, { signal: caller.signal }).catch(() => undefined);
    const hedge = await gateway.fakes.second.arrival(hedgesBefore);
    caller.abort();
    assert.equal(await call, undefined);
    assert.equal(await hedge.ended, 'aborted-by-client');
    assert.equal(await (await gateway.fakes.first.arrival(before)).ended, 'aborted-by-client');
    const record = await gateway.record(30);
    assert.equal(record.ending, 'hung-up');
    assert.equal(record.status, 499);
    // On a machine that stood still meanwhile, the first one's limit of a second may have passed too.
    const [first, second, ...more] = record.attempts.map(({ outcome }) => outcome);
    assert.ok(first === 'aborted' || first === 'failed');
    assert.equal(second, 'aborted');
    assert.deepEqual(more, []);
  });

  it('while it is waited for a Retry-After costs no further call', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    gateway.fakes.only.script({ kind: 'status', status: 429, retryAfterSeconds: 1 });
    const caller = new AbortController();
    const call = send(gateway, {}, { signal: caller.signal }).catch(() => undefined);
    await (await gateway.fakes.only.arrival(0)).ended;
    caller.abort();
    await call;
    const record = await gateway.record(0);
    assert.equal(record.ending, 'hung-up');
    await new Promise((resolve) => setTimeout(resolve, 1200));
    assert.equal(gateway.fakes.only.requests.length, 1);
  });
});
