import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Credentials } from '../../functions/gateway/adapters/credentials.ts';
import { dynamoDbRollups } from '../../functions/gateway/adapters/dynamodb/dynamodb-rollups.ts';
import { dynamoDbStatisticsStore } from '../../functions/gateway/adapters/dynamodb/dynamodb-statistics-store.ts';
import { systemClock } from '../../functions/gateway/adapters/system-clock.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { GatewayConfig, ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { PROTOCOL_NAMES } from '../../functions/gateway/core/protocols/protocols.ts';
import { fleetStatistics } from '../../functions/gateway/core/statistics/fleet-statistics.ts';
import { decayScales } from '../../functions/gateway/core/statistics/forward-decay.ts';
import type { Standing } from '../../functions/gateway/core/statistics/standing.ts';
import { composeProber } from '../../functions/probe/compose-prober.ts';
import type { ProbeRun } from '../../functions/probe/core/prober.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../infra/local/local-dynamodb.ts';
import { type FakeProvider, startFakeProvider } from '../support/fake-provider.ts';

describe('the prober over real sockets and a database', () => {
  let db: LocalDynamoDb;
  let fakes: Readonly<Record<ProtocolName, FakeProvider>>;
  let config: GatewayConfig;
  const storeErrors: string[] = [];

  beforeEach(async () => {
    db = await startLocalDynamoDb();
    const started = PROTOCOL_NAMES.map(async (name) => [name, await startFakeProvider(name)] as const);
    // One fake a protocol, which `Object.fromEntries` cannot say.
    fakes = Object.fromEntries(await Promise.all(started)) as typeof fakes;
    config = configOf(fakes);
    storeErrors.length = 0;
  });
  afterEach(async () => {
    await Promise.all([...Object.values(fakes).map((fake) => fake.close()), db.close()]);
  });

  function newProber(credentials: Credentials = async () => 'key-of-the-vendor'): () => Promise<ProbeRun> {
    return composeProber({
      config,
      dynamoDb: db.client,
      statisticsTable: db.statisticsTable,
      credentials,
      sign: async () => ({}),
      onStoreError: (operation, error) => void storeErrors.push(`${operation}: ${String(error)}`),
    });
  }

  /** As a gateway that has just started sees it. */
  async function standings(): Promise<ReadonlyMap<string, Standing>> {
    const ids = Object.keys(config.deployments);
    const statistics = fleetStatistics({
      deployments: ids,
      settings: { ...config.statistics, readTimeoutMs: 5000 },
      ejection: config.ejection,
      store: dynamoDbStatisticsStore({
        client: db.client,
        tableName: db.statisticsTable,
        scales: decayScales(config.statistics),
      }),
      clock: systemClock,
      random: Math.random,
      onStoreError: (operation) => assert.fail(operation),
    });
    await statistics.prepare();
    return new Map(ids.map((id) => [id, statistics.look(id)]));
  }

  it('adds its probes to the past that the live page shows, failed ones too, where the page is on', async () => {
    const ids = Object.keys(config.deployments);
    const past = dynamoDbRollups({ client: db.client, tableName: db.statisticsTable });
    const read = () => past.read({ kind: 'deployment', names: ids, step: 'quarter', fromSlot: 0 });
    fakes.bedrock.byDefault({ kind: 'status', status: 503 });
    await newProber()();
    assert.deepEqual(await read(), []);

    config = { ...config, statusPage: true };
    await newProber()();
    const sums = new Map((await read()).map(({ name, sums: own }) => [name, own]));
    assert.deepEqual(storeErrors, []);
    assert.deepEqual([...sums.keys()].toSorted(), ids.toSorted());
    for (const [id, own] of sums) {
      assert.deepEqual([own.get('p'), own.get('x') ?? 0], [1, id === 'bedrock/chat' ? 1 : 0], id);
    }
  });

  it('asks every protocol for one token, and one for a vector, and a gateway that starts then knows them all', async () => {
    const { records, skipped } = await newProber()();
    assert.deepEqual(skipped, []);
    assert.deepEqual(
      records.map((record) => record.failure),
      records.map(() => undefined),
    );
    assert.equal(records.length, PROTOCOL_NAMES.length + 1);
    for (const [id, { estimate, state }] of await standings()) {
      assert.equal(state, 'healthy', id);
      assert.ok(estimate.evidence > 0.5, id);
      assert.equal(estimate.tokensPerSecond, 0, id);
    }
    assert.deepEqual(storeErrors, []);
  });

  it('leaves its connections to nobody', async () => {
    await newProber()();
    for (const fake of Object.values(fakes)) {
      await Promise.all(fake.requests.map((request) => request.ended));
    }
    await newProber()();
    const { requests } = fakes.anthropic;
    assert.notEqual(requests[0]?.connection, requests[1]?.connection);
  });

  it('hangs up on an answer that would go on', async () => {
    fakes.gemini.byDefault({ kind: 'stall', afterChunks: 1 });
    const { records } = await newProber()();
    const gemini = records.find((record) => record.deployment.provider === 'gemini');
    assert.ok(gemini?.ttftMs !== undefined);
    assert.equal(gemini.failure, undefined);
    assert.equal(await fakes.gemini.requests[0]?.ended, 'aborted-by-client');
  });

  it('ejects a provider that is down for the whole fleet, by the rules of the gateway', async () => {
    fakes.bedrock.byDefault({ kind: 'status', status: 503 });
    const probeAll = newProber();
    await probeAll();
    await probeAll();
    const seen = await standings();
    assert.equal(seen.get('bedrock/chat')?.ejection?.reason, 'failures');
    assert.equal(seen.get('openai/chat')?.state, 'healthy');
    const { skipped } = await probeAll();
    assert.deepEqual(
      skipped.find(({ deployment }) => deployment === 'bedrock/chat'),
      { deployment: 'bedrock/chat', why: 'cooling-down' },
    );
    assert.equal(fakes.bedrock.requests.length, 2);
  });

  it('shows a missing credential as what the operator has to mend, without a call', async () => {
    const { records } = await newProber(async () => undefined)();
    assert.deepEqual([...new Set(records.map((record) => record.failure?.kind))], ['misconfigured']);
    assert.equal(fakes.openai.requests.length, 0);
    const reasons = [...(await standings()).values()].map(({ ejection }) => ejection?.reason);
    assert.deepEqual([...new Set(reasons)], ['misconfigured']);
  });
});

function configOf(fakes: Readonly<Record<ProtocolName, FakeProvider>>): GatewayConfig {
  const parsed = parseConfig({
    // Two runs follow each other here within milliseconds: a third would find that enough is known.
    ejection: { consecutiveFailures: 2, baseCooldownMs: 20_000 },
    providers: Object.fromEntries(
      PROTOCOL_NAMES.map((protocol) => [
        protocol,
        { protocol, baseUrl: fakes[protocol].baseUrl, apiKey: 'KEY_OF_THE_VENDOR', region: 'us-east-1' },
      ]),
    ),
    deployments: {
      ...Object.fromEntries(PROTOCOL_NAMES.map((name) => [`${name}/chat`, { provider: name, model: 'm' }])),
      'openai/vectors': { provider: 'openai', model: 'v', kind: 'embeddings' },
    },
  });
  return parsed.kind === 'parsed' ? parsed.config : assert.fail(JSON.stringify(parsed.problems));
}
