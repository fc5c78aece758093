import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import type { Dial, UpstreamCall } from '../../../functions/gateway/core/model/dial.ts';
import type { GatewayConfig } from '../../../functions/gateway/core/model/gateway-config.ts';
import { leastBusy } from '../../../functions/gateway/core/routing/strategies/least-busy.ts';
import { type FleetStatistics, fleetStatistics } from '../../../functions/gateway/core/statistics/fleet-statistics.ts';
import type { StatisticsStore } from '../../../functions/gateway/core/statistics/statistics-store.ts';
import { MAX_ASKING_MS, type ProbeRun, type Prober, prober } from '../../../functions/probe/core/prober.ts';
import { memoryStore } from '../../bench/routing/memory-store.ts';
import { deployment, facts } from '../../support/routes.ts';
import { scriptedDial, type UpstreamScript } from '../../support/scripted-dial.ts';
import { type VirtualClock, virtualClock } from '../../support/virtual-clock.ts';

const MINUTE = 60_000;

/** A fleet at virtual time: its statistics, its providers, and what they were asked. */
interface Fleet {
  readonly time: VirtualClock;
  readonly store: StatisticsStore;
  /** How each deployment behaves now. */
  readonly scripts: Map<string, UpstreamScript>;
  readonly calls: UpstreamCall[];
  readonly storeErrors: string[];
  readonly newProber: () => Prober;
  /** A gateway's view, without attempts of its own. */
  readonly gateway: FleetStatistics;
  /** A run to its end. The time that is left of the minute passes too. */
  readonly run: (prober: Prober) => Promise<ProbeRun>;
}

function fleetOf(
  names: readonly string[],
  more: object = {},
  breakStore: (memory: StatisticsStore) => Partial<StatisticsStore> = () => ({}),
): Fleet {
  const time = virtualClock();
  const config = configOf(names, more);
  const memory = memoryStore(time.clock);
  const store = { ...memory, ...breakStore(memory) };
  const scripts = new Map<string, UpstreamScript>();
  const calls: UpstreamCall[] = [];
  const storeErrors: string[] = [];
  const shared = { store, clock: time.clock, random: () => 0.5 };
  const onStoreError = (operation: string): void => void storeErrors.push(operation);
  const dial: Dial = (call) => {
    calls.push(call);
    return scriptedDial(time.clock, scripts.get(call.deployment.id) ?? answersAfter(400)).dial(call);
  };
  return {
    time,
    store,
    scripts,
    calls,
    storeErrors,
    newProber: () => prober({ ...shared, config, onStoreError }),
    gateway: fleetStatistics({
      ...shared,
      deployments: names,
      settings: { ...config.statistics, readTimeoutMs: 1000, staleMs: -1, refreshMs: 0 },
      ejection: config.ejection,
      onStoreError,
    }),
    run: async (probeAll) => {
      const running = probeAll(dial);
      await time.advance(MINUTE);
      const late = new Promise<never>((_, reject) => {
        setImmediate(() => reject(new Error('The run has not ended within a minute.')));
      });
      return Promise.race([running, late]);
    },
  };
}

function configOf(names: readonly string[], more: object): GatewayConfig {
  const parsed = parseConfig({
    providers: { vendor: { protocol: 'openai', baseUrl: 'http://vendor.test/v1', apiKey: 'KEY' } },
    deployments: Object.fromEntries(
      names.map((name) => [name, { provider: 'vendor', model: 'm', inputPrice: 1, outputPrice: 4 }]),
    ),
    ...more,
  });
  return parsed.kind === 'parsed' ? parsed.config : assert.fail(JSON.stringify(parsed.problems));
}

function chunk(choice: object, more: object = {}): string {
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }], ...more })}\n\n`;
}

const TOKEN = chunk({ delta: { role: 'assistant', content: 'Hi' } });
const ENDING = `${chunk({ delta: {}, finish_reason: 'length' })}data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 8, completion_tokens: 1, total_tokens: 9 } })}\n\ndata: [DONE]\n\n`;

/** All of it at once, as vendors send an answer of one token. */
function answersAfter(ms: number): UpstreamScript {
  return { headersAfterMs: ms, body: [{ text: TOKEN + ENDING }] };
}

/** More tokens would come after the first, for a long time. */
function streamsAfter(ms: number): UpstreamScript {
  return { headersAfterMs: ms, body: [{ text: TOKEN }, { afterMs: 30_000, text: ENDING }] };
}

const SILENT: UpstreamScript = { body: [{ silent: true }] };
const DOWN: UpstreamScript = { status: 503, body: [{ text: '{}' }] };

async function seenBy({ gateway, time }: Fleet, name: string): Promise<ReturnType<FleetStatistics['look']>> {
  const prepared = gateway.prepare();
  await time.advance(100);
  await prepared;
  return gateway.look(name);
}

describe('the prober', () => {
  it('asks each deployment that nobody knows once, and tells the fleet how fast it was', async () => {
    const fleet = fleetOf(['fast', 'slow']);
    fleet.scripts.set('slow', answersAfter(3000));
    const run = await fleet.run(fleet.newProber());
    assert.deepEqual(fleet.calls.map((call) => call.deployment.id).toSorted(), ['fast', 'slow']);
    assert.deepEqual(run.records.map(({ ttftMs }) => ttftMs).toSorted(), [3000, 400]);
    const { estimate } = await seenBy(fleet, 'slow');
    assert.ok(estimate.evidence > 0.4 && estimate.evidence <= 1);
    assert.equal(Math.round(estimate.ttftTotalMs / estimate.evidence), 3000);
    assert.deepEqual(fleet.storeErrors, []);
  });

  it('leaves alone what traffic measures', async () => {
    const fleet = fleetOf(['busy', 'idle']);
    for (let call = 0; call < 3; call += 1) {
      const atMs = fleet.time.clock.nowMs();
      fleet.gateway.observe({ kind: 'first-token', deployment: 'busy', startedAtMs: atMs - 300, atMs, ttftMs: 300 });
    }
    const written = fleet.gateway.close();
    await fleet.time.advance(100);
    await written;
    const run = await fleet.run(fleet.newProber());
    assert.deepEqual(
      run.records.map((record) => record.deployment.id),
      ['idle'],
    );
    assert.deepEqual(run.skipped, [{ deployment: 'busy', why: 'measured' }]);
  });

  it('hangs up at the first token', async () => {
    const fleet = fleetOf(['a']);
    fleet.scripts.set('a', streamsAfter(400));
    const { records, tookMs } = await fleet.run(fleet.newProber());
    assert.equal(records[0]?.ttftMs, 400);
    assert.equal(records[0]?.failure, undefined);
    assert.ok(tookMs < 1000);
    assert.equal(fleet.calls[0]?.signal.aborted, true);
  });

  it('states the cost as told, or what it may have been at the most where nobody told', async () => {
    const fleet = fleetOf(['told', 'untold', 'refused']);
    fleet.scripts.set('untold', streamsAfter(400));
    fleet.scripts.set('refused', { status: 401, body: [] });
    const { records } = await fleet.run(fleet.newProber());
    const costs = new Map(records.map((record) => [record.deployment.id, record.costUsd]));
    assert.equal(costs.get('told'), (8 * 1 + 1 * 4) / 1e6);
    assert.equal(costs.get('untold'), (10 * 1 + 1 * 4) / 1e6);
    assert.equal(costs.get('refused'), undefined);
  });

  it('adds nothing to what traffic is measured by: tokens, answers, requests that allow hedges', async () => {
    const fleet = fleetOf(['a']);
    const probeAll = fleet.newProber();
    for (let minute = 0; minute < 30; minute += 1) {
      await fleet.run(probeAll);
    }
    assert.equal(fleet.calls.length, 30);
    const { estimate } = await seenBy(fleet, 'a');
    assert.equal(estimate.tokensPerSecond, 0);
    assert.equal(estimate.outputTokens, undefined);
    assert.equal(estimate.msPerToken, undefined);
    assert.equal(estimate.totalPercentileMs(95), undefined);
    assert.equal(estimate.requests - estimate.hedges - estimate.retries, 0);
    // What cannot be told apart: an attempt is one, and failures are a share of attempts. A hundredth of a call in flight.
    assert.ok(estimate.requestsPerSecond < 1.5 / 60);
    const context = {
      deployment: deployment('a'),
      facts: facts(),
      random: () => 0,
      outputTokens: 1,
      cachedTokens: 0,
    };
    const { score } = leastBusy;
    assert.ok(score !== 'place' && score({ ...context, estimate, ttftMs: 400, latencyMs: 400 }) < 0.01);
  });

  it('learns nothing of a deployment that refuses what a probe asks', async () => {
    const fleet = fleetOf(['a']);
    fleet.scripts.set('a', {
      status: 400,
      body: [{ text: '{"error":{"message":"no","type":"invalid_request_error"}}' }],
    });
    const { records } = await fleet.run(fleet.newProber());
    assert.equal(records[0]?.failure?.kind, 'rejected');
    const { estimate, state } = await seenBy(fleet, 'a');
    assert.equal(state, 'healthy');
    assert.equal(estimate.requests, 0);
  });
});

describe('of a deployment that fails, the prober', () => {
  it('tells the fleet after three runs to leave it alone, as the gateway would, and brings it back after three that are answered', async () => {
    const fleet = fleetOf(['a', 'b']);
    const probeAll = fleet.newProber();
    fleet.scripts.set('a', DOWN);
    for (const state of ['healthy', 'healthy'] as const) {
      await fleet.run(probeAll);
      assert.equal((await seenBy(fleet, 'a')).state, state);
    }
    await fleet.run(probeAll);
    const { ejection } = await seenBy(fleet, 'a');
    assert.equal(ejection?.reason, 'failures');
    assert.equal((await seenBy(fleet, 'b')).state, 'healthy');
    const failing = await fleet.run(probeAll);
    assert.equal(failing.records.find((record) => record.deployment.id === 'a')?.failure?.kind, 'overloaded');
    assert.ok(((await seenBy(fleet, 'a')).ejection?.untilMs ?? 0) > ejection.untilMs);
    fleet.scripts.delete('a');
    for (const answers of [1, 2]) {
      await fleet.run(probeAll);
      assert.equal((await seenBy(fleet, 'a')).ejection?.answers, answers);
    }
    await fleet.run(probeAll);
    assert.equal((await seenBy(fleet, 'a')).ejection, undefined);
  });

  it('does not ask while it cools down', async () => {
    const fleet = fleetOf(['a']);
    const probeAll = fleet.newProber();
    fleet.scripts.set('a', { status: 401, body: [] });
    await fleet.run(probeAll);
    const { ejection } = await seenBy(fleet, 'a');
    assert.equal(ejection?.reason, 'misconfigured');
    for (let minute = 1; minute < 4; minute += 1) {
      const { skipped } = await fleet.run(probeAll);
      assert.deepEqual(skipped, [{ deployment: 'a', why: 'cooling-down' }]);
    }
    assert.equal(fleet.calls.length, 1);
    await fleet.run(probeAll);
    await fleet.run(probeAll);
    assert.equal(fleet.calls.length, 2);
  });

  it('keeps to the wait that a rate limit asks for', async () => {
    const fleet = fleetOf(['a']);
    const probeAll = fleet.newProber();
    fleet.scripts.set('a', { status: 429, headers: { 'retry-after': '90' }, body: [] });
    await fleet.run(probeAll);
    fleet.scripts.delete('a');
    await fleet.run(probeAll);
    assert.equal(fleet.calls.length, 1);
    await fleet.run(probeAll);
    assert.equal(fleet.calls.length, 2);
    assert.equal((await seenBy(fleet, 'a')).state, 'healthy');
  });

  it('asks once for the whole fleet when its cooldown is over', async () => {
    const fleet = fleetOf(['a']);
    const untilMs = fleet.time.clock.nowMs() + 1000;
    const ejected = fleet.store.eject('a', { untilMs, level: 1, reason: 'failures' });
    await fleet.time.advance(2000);
    await ejected;
    fleet.scripts.set('a', answersAfter(5000));
    const runs = await Promise.all([fleet.newProber(), fleet.newProber(), fleet.newProber()].map(fleet.run));
    assert.equal(fleet.calls.length, 1);
    const why = runs.flatMap(({ skipped }) => skipped.map((one) => one.why));
    assert.deepEqual(why, ['probed-by-another', 'probed-by-another']);
  });

  it('waits no longer for a token than the configuration allows, and hangs up', async () => {
    const fleet = fleetOf(['a'], { timeouts: { firstTokenMs: 4000 } });
    fleet.scripts.set('a', SILENT);
    const { records } = await fleet.run(fleet.newProber());
    assert.deepEqual(records[0]?.failure, { kind: 'timed-out', phase: 'first-token', afterMs: 4000 });
    assert.equal(records[0]?.totalMs, 4000);
    assert.equal(fleet.calls[0]?.signal.aborted, true);
    const { estimate } = await seenBy(fleet, 'a');
    assert.equal(estimate.failureRate, 1);
    assert.ok(estimate.ttftTotalMs > 0);
  });

  it('blames nobody where the configuration is more patient than it can be, and tells that it is slow', async () => {
    const fleet = fleetOf(['a'], { timeouts: { firstTokenMs: 40_000 } });
    const probeAll = fleet.newProber();
    fleet.scripts.set('a', SILENT);
    for (let minute = 0; minute < 4; minute += 1) {
      await fleet.run(probeAll);
    }
    const { estimate, state } = await seenBy(fleet, 'a');
    assert.equal(state, 'healthy');
    assert.equal(estimate.failureRate, 0);
    assert.ok((estimate.ttftPercentileMs(50) ?? 0) > 15_000);
  });
});

describe('a run', () => {
  it('asks nobody where the statistics cannot be read: it would pay for what is known, and could tell nobody', async () => {
    const fleet = fleetOf(['a'], {}, () => ({ read: () => Promise.reject(new Error('away')) }));
    const run = await fleet.run(fleet.newProber());
    assert.equal(fleet.calls.length, 0);
    assert.deepEqual(run.skipped, [{ deployment: 'a', why: 'unread' }]);
    assert.deepEqual(run.storeFailures, ['read']);
  });

  it('says where it could not write, and writes it with the next', async () => {
    let isAway = true;
    const fleet = fleetOf(['a'], {}, (memory) => ({
      add: (sums, sights) => (isAway ? Promise.reject(new Error('away')) : memory.add(sums, sights)),
    }));
    const probeAll = fleet.newProber();
    assert.deepEqual((await fleet.run(probeAll)).storeFailures, ['add']);
    assert.equal((await seenBy(fleet, 'a')).estimate.evidence, 0);
    isAway = false;
    assert.deepEqual((await fleet.run(probeAll)).storeFailures, []);
    const { evidence } = (await seenBy(fleet, 'a')).estimate;
    assert.ok(evidence > 0.7, `${evidence}`);
  });

  it('ends in time whatever the providers do, and asks first next time whom it had no time for', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `vendor/${index}`);
    const fleet = fleetOf(names);
    for (const name of names) {
      fleet.scripts.set(name, SILENT);
    }
    const probeAll = fleet.newProber();
    const first = await fleet.run(probeAll);
    assert.ok(first.tookMs <= MAX_ASKING_MS + 1000, `${first.tookMs} ms`);
    const late = first.skipped.filter(({ why }) => why === 'out-of-time').map((skipped) => skipped.deployment);
    assert.equal(late.length + first.records.length, names.length);
    const second = await fleet.run(probeAll);
    const asked = second.records.map((record) => record.deployment.id);
    assert.ok(asked.every((name) => late.includes(name)));
  });

  it('leaves no timer behind', async () => {
    const fleet = fleetOf(['a', 'b']);
    fleet.scripts.set('b', DOWN);
    await fleet.run(fleet.newProber());
    assert.equal(fleet.time.pending(), 0);
  });
});
