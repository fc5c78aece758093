import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { FakeProvider } from '../support/fake-provider.ts';
import { deploymentId, runningGateway } from '../support/running-gateway.ts';
import { ask, send } from './support/ask.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'anthropic', 'gemini', 'bedrock'];

/** The time between two calls, as the provider saw it. */
function gapMs({ requests }: FakeProvider): number {
  return (requests[1]?.atMs ?? 0) - (requests[0]?.atMs ?? 0);
}

/** A route of one deployment or more, in order. */
function routeOf(names: readonly string[], route: object): object {
  return { routes: { all: { strategy: 'ordered', deployments: names.map(deploymentId), ...route } } };
}

describe('a provider that asks to wait', () => {
  for (const protocol of PROTOCOLS) {
    it(`of the ${protocol} protocol is waited for, where it is the only one and there is time`, async () => {
      await using gateway = await runningGateway({ fakes: { only: protocol } });
      gateway.fakes.only.script({ kind: 'status', status: 429, retryAfterSeconds: 1, headers: { 'retry-after': '1' } });
      const seen = await ask(gateway);
      assert.equal(seen.isDone, true);
      assert.equal(gateway.fakes.only.requests.length, 2);
      assert.ok(gapMs(gateway.fakes.only) >= 990, `it was called again after ${gapMs(gateway.fakes.only)} ms`);
    });
  }

  it('is not waited for past the deadline: the caller gets its 429 at once, with Retry-After', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    gateway.fakes.only.script({ kind: 'status', status: 429, retryAfterSeconds: 30 });
    const seen = await ask(gateway, {}, { headers: { 'x-nemo-timeout-ms': '5000' } });
    assert.equal(seen.status, 429);
    assert.equal(seen.headers.get('retry-after'), '30');
    assert.equal(gateway.fakes.only.requests.length, 1);
  });

  it('is not waited for where another can be asked', async () => {
    await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'openai' } });
    gateway.fakes.first.script({ kind: 'status', status: 429, retryAfterSeconds: 30 });
    assert.equal((await ask(gateway)).isDone, true);
    const gap = (gateway.fakes.second.requests[0]?.atMs ?? 0) - (gateway.fakes.first.requests[0]?.atMs ?? 0);
    assert.ok(gap < 5000);
  });

  it('is not asked by the next request either, until it said so', async () => {
    await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'openai' } });
    gateway.fakes.first.script({ kind: 'status', status: 429, retryAfterSeconds: 30 });
    await ask(gateway);
    assert.equal((await ask(gateway)).headers.get('x-nemo-routing'), 'direct');
    assert.equal(gateway.fakes.first.requests.length, 1);
  });

  it('and so do all: the caller gets 429 with the least of their times', async () => {
    await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'openai' } });
    gateway.fakes.first.script({ kind: 'status', status: 429, retryAfterSeconds: 30 });
    gateway.fakes.second.script({ kind: 'status', status: 429, retryAfterSeconds: 7 });
    const seen = await ask(gateway);
    assert.equal(seen.status, 429);
    assert.equal(seen.error?.code, 'rate_limit_exceeded');
    assert.equal(seen.headers.get('retry-after'), '7');
  });
});

describe('an ordered route with sameTargetRetries', () => {
  for (const stream of [true, false]) {
    it(`asks the same deployment again after a 500, ${stream ? 'streamed' : 'plain'}`, async () => {
      const config = routeOf(['first', 'second'], { sameTargetRetries: 1 });
      await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'openai' }, config });
      gateway.fakes.first.script({ kind: 'status', status: 500 });
      const seen = await ask(gateway, stream ? {} : { stream: false, stream_options: undefined });
      assert.equal(seen.headers.get('x-nemo-routed-model'), deploymentId('first'));
      assert.equal(gateway.fakes.first.requests.length, 2);
      assert.equal(gateway.fakes.second.requests.length, 0);
    });
  }

  it('goes on to the next after its retries', async () => {
    const config = routeOf(['first', 'second'], { sameTargetRetries: 1 });
    await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'openai' }, config });
    gateway.fakes.first.script({ kind: 'status', status: 500 }, { kind: 'status', status: 500 });
    const seen = await ask(gateway);
    assert.equal(seen.headers.get('x-nemo-routed-model'), deploymentId('second'));
    assert.equal(gateway.fakes.first.requests.length, 2);
  });

  it('does not ask again what has refused or is out of quota', async () => {
    const config = routeOf(['first', 'second'], { sameTargetRetries: 2 });
    await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'openai' }, config });
    gateway.fakes.first.script({ kind: 'status', meaning: 'quota-spent' });
    assert.equal((await ask(gateway)).isDone, true);
    assert.equal(gateway.fakes.first.requests.length, 1);
  });
});

describe('an outage of all', () => {
  for (const strategy of ['ordered', 'latency-based'] as const) {
    it(`costs at most maxAttempts calls and says so in one error, ${strategy}`, async () => {
      const names = ['a', 'b', 'c', 'd'] as const;
      const routes = { all: { strategy, deployments: names.map(deploymentId), maxAttempts: 3 } };
      await using gateway = await runningGateway({
        fakes: { a: 'openai', b: 'anthropic', c: 'gemini', d: 'bedrock' },
        config: { routes },
      });
      for (const name of names) {
        gateway.fakes[name].byDefault({ kind: 'reset', when: 'before-headers' });
      }
      const seen = await ask(gateway);
      assert.equal(seen.status, 502);
      assert.equal(seen.headers.get('x-should-retry'), 'false');
      assert.equal(seen.headers.get('x-nemo-attempts'), '3');
      const calls = names.map((name) => gateway.fakes[name].requests.length);
      assert.equal(
        calls.reduce((sum, count) => sum + count),
        3,
      );
      assert.ok(calls.every((count) => count <= 1));
    });
  }

  it('does not multiply the load on what is left: once it is known, a request costs one call', async () => {
    await using gateway = await runningGateway({ fakes: { dead: 'openai', alive: 'openai' } });
    gateway.fakes.dead.byDefault({ kind: 'status', status: 503 });
    for (let request = 0; request < 20; request += 1) {
      assert.equal((await ask(gateway)).isDone, true);
    }
    assert.equal(gateway.fakes.alive.requests.length, 20);
    assert.ok(gateway.fakes.dead.requests.length <= 5, `the dead one got ${gateway.fakes.dead.requests.length} calls`);
  });
});

describe('the deadline', () => {
  const limits: readonly {
    readonly name: string;
    readonly route?: object;
    readonly headers?: Record<string, string>;
  }[] = [
    { name: "of the route's", route: { timeouts: { deadlineMs: 400 } } },
    { name: "of the caller's x-nemo-timeout-ms", headers: { 'x-nemo-timeout-ms': '400' } },
    { name: "of the SDK's x-stainless-timeout", headers: { 'x-stainless-timeout': '0.4' } },
  ];
  for (const { name, route = {}, headers = {} } of limits) {
    it(`${name} holds over all attempts: 504, and nobody is left at work`, async () => {
      const config = routeOf(['first', 'second'], {
        ...route,
        timeouts: { firstTokenMs: 150, ...('timeouts' in route ? (route.timeouts as object) : {}) },
      });
      await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'openai' }, config });
      gateway.fakes.first.byDefault({ kind: 'silence', when: 'after-prelude' });
      gateway.fakes.second.byDefault({ kind: 'silence', when: 'after-headers' });
      const beganMs = performance.now();
      const seen = await ask(gateway, {}, { headers });
      const tookMs = performance.now() - beganMs;
      assert.equal(seen.status, 504);
      assert.equal(seen.error?.code, 'deadline_exceeded');
      assert.ok(tookMs >= 390 && tookMs < 3000, `it took ${tookMs} ms`);
      assert.equal(await gateway.fakes.first.requests[0]?.ended, 'aborted-by-client');
      assert.equal(await gateway.fakes.second.requests[0]?.ended, 'aborted-by-client');
    });
  }

  it('ends a stream that is under way with an error event', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    gateway.fakes.only.script({ kind: 'stall', chunks: ['One', ' two'], afterChunks: 1 });
    const response = await send(gateway, {}, { headers: { 'x-nemo-timeout-ms': '300' } });
    const text = await response.text();
    assert.match(text, /deadline_exceeded/);
    assert.doesNotMatch(text, /\[DONE\]/);
    assert.equal(await gateway.fakes.only.requests[0]?.ended, 'aborted-by-client');
  });

  it('leaves the last candidate all that is left, beyond its limit for the first token', async () => {
    const config = routeOf(['first', 'second'], { timeouts: { firstTokenMs: 100 } });
    await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'openai' }, config });
    gateway.fakes.first.byDefault({ kind: 'silence', when: 'before-headers' });
    gateway.fakes.second.script({ kind: 'answer', firstTokenDelayMs: 400 });
    assert.equal((await ask(gateway)).isDone, true);
  });
});

describe('a kept connection that is reset before the first byte', () => {
  it('is replaced at once by a fresh one, and nobody is blamed', async () => {
    await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'openai' } });
    await ask(gateway);
    gateway.fakes.first.script({ kind: 'reset', when: 'before-headers' });
    const seen = await ask(gateway);
    assert.equal(seen.headers.get('x-nemo-routing'), 'direct');
    assert.equal(seen.headers.get('x-nemo-attempts'), '1');
    assert.equal(seen.headers.get('x-nemo-routed-model'), deploymentId('first'));
    assert.equal(gateway.fakes.second.requests.length, 0);
  });
});
