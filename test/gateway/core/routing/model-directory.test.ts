import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfig } from '../../../../functions/gateway/config/parse-config.ts';
import type { Route } from '../../../../functions/gateway/core/model/gateway-config.ts';
import { modelDirectory, resolveModel } from '../../../../functions/gateway/core/routing/model-directory.ts';

const parsed = parseConfig({
  providers: {
    one: { protocol: 'openai', baseUrl: 'http://one/v1' },
    two: { protocol: 'openai', baseUrl: 'http://two/v1' },
  },
  deployments: {
    'one/big': { provider: 'one', model: 'big', tags: ['vision', 'code'] },
    'two/big': { provider: 'two', model: 'big', tags: ['vision'] },
    'two/vectors': { provider: 'two', model: 'big', kind: 'embeddings' },
    'one/small': { provider: 'one', model: 'one/big' },
  },
  routes: {
    best: {
      strategy: 'cost-based',
      deployments: ['two/big', 'one/big'],
      timeouts: { stallMs: 7 },
      maxAttempts: 5,
      hedge: { percentile: 90, budget: 0.1 },
    },
    coders: { strategy: 'ordered', deployments: ['two/big', 'one/big'], tags: ['code'] },
  },
  band: 0.3,
  timeouts: { deadlineMs: 9_000 },
});
assert.ok(parsed.kind === 'parsed');
const directory = modelDirectory(parsed.config);

function resolved(model: string): Route {
  const result = resolveModel(directory, model);
  assert.ok(result.kind === 'resolved', model);
  return result.route;
}

function ids(route: Route): string[] {
  return route.deployments.map(({ id }) => id);
}

describe('the routes of a kind', () => {
  test('are those that have deployments of it, by every name that a route has', () => {
    const { routes, served } = directory;
    assert.deepEqual([...served.embeddings.keys()], ['two/vectors']);
    assert.deepEqual(
      [...served.chat.keys()],
      [...routes.keys()].filter((name) => name !== 'two/vectors'),
    );
    assert.equal(served.chat.get('best'), routes.get('best'));
  });
});

describe('resolveModel', () => {
  test("a route keeps its deployments' order and its own settings over the global ones", () => {
    const route = resolved('best');
    assert.deepEqual(ids(route), ['two/big', 'one/big']);
    assert.equal(route.strategy, 'cost-based');
    assert.equal(route.maxAttempts, 5);
    assert.equal(route.band, 0.3);
    assert.deepEqual(route.hedge, { percentile: 90, budget: 0.1 });
    assert.deepEqual(route.timeouts, { connectMs: 1_000, firstTokenMs: 10_000, stallMs: 7, deadlineMs: 9_000 });
  });

  test('a route that names tags leaves out the deployments without them', () => {
    assert.deepEqual(ids(resolved('coders')), ['one/big']);
  });

  test('a word that a client puts before a name is left out, unless the whole is a name', () => {
    assert.equal(resolved('openai/best').name, 'best');
    assert.equal(resolved('claude/two/big').name, 'two/big');
    assert.equal(resolved('two/big').name, 'two/big');
    for (const unknown of ['anthropic/best', 'openai/openai/best', 'openai/', 'openai/none', 'OPENAI/best']) {
      assert.equal(resolveModel(directory, unknown).kind, 'unknown', unknown);
    }
  });

  test("a deployment's id means that deployment alone", () => {
    const { name, strategy, deployments, hedge } = resolved('two/big');
    assert.equal(name, 'two/big');
    assert.equal(strategy, 'ordered');
    assert.deepEqual(
      deployments.map(({ id, providerSettings }) => [id, providerSettings.baseUrl]),
      [['two/big', 'http://two/v1']],
    );
    assert.equal(hedge, undefined);
  });

  test("a vendor's model id means every deployment of one kind that serves it, the fastest first", () => {
    const route = resolved('big');
    assert.equal(route.strategy, 'latency-based');
    assert.deepEqual(ids(route), ['one/big', 'two/big']);
  });

  test("a deployment's id wins over a vendor's model id of the same text", () => {
    assert.deepEqual(ids(resolved('one/big')), ['one/big']);
  });

  test('anything else is unknown and says what is known', () => {
    const known = ['best', 'coders', 'one/big', 'two/big', 'two/vectors', 'one/small', 'big'];
    for (const model of ['', 'BIG', '__proto__', 'constructor', 'toString', 'best ']) {
      assert.deepEqual(resolveModel(directory, model), { kind: 'unknown', names: known });
    }
  });
});
