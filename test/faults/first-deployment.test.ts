import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dial, DialResult } from '../../functions/gateway/core/model/dial.ts';
import type { Gateway } from '../../functions/gateway/core/serve/gateway.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { type VirtualTime, virtualTime } from '../bench/routing/virtual-time.ts';
import { answered } from '../security/support/every-protocol.ts';
import { SURFACE_FORMS, type SurfaceForm, waysOfAsking } from '../security/support/surface-forms.ts';
import { virtualGateway } from './support/virtual-fleet.ts';

/** What the first deployment of a route may do, on every surface that asks for an answer, streamed and plain. */

const WAYS = SURFACE_FORMS.filter(({ name }) => name !== 'count_tokens' && name !== 'embeddings').flatMap((form) =>
  waysOfAsking(form).map(([way, asked]): readonly [string, SurfaceForm] => [`${form.name}, ${way}`, asked]),
);
const SOON_MS = 50;
const HEADERS = { authorization: 'Bearer key' };

interface World {
  readonly time: VirtualTime;
  readonly gateway: Gateway;
  /** Deployments in the order in which they were asked. */
  readonly asked: string[];
  /** By deployment: what it does. Absent: it answers soon. */
  readonly does: Map<string, () => Promise<DialResult> | undefined>;
}

function worldOf(route: object): World {
  const time = virtualTime(1_800_000_000_000);
  const asked: string[] = [];
  const does: World['does'] = new Map();
  const dial: Dial = (call) => {
    const { id } = call.deployment;
    asked.push(id);
    const soon = (): Promise<DialResult> =>
      new Promise((resolve) => {
        time.clock.after(SOON_MS, () => resolve(answered(call)));
      });
    const stopped = new Promise<DialResult>((resolve) => {
      call.signal.addEventListener('abort', () =>
        resolve({ kind: 'failed', failure: { kind: 'aborted', by: 'caller' } }),
      );
    });
    return Promise.race([does.get(id)?.() ?? soon(), stopped]);
  };
  const provider = { protocol: 'openai', baseUrl: 'http://v.test/v1' };
  const deployments = ['first', 'second', 'third'];
  const gateway = virtualGateway({
    config: {
      providers: { one: provider, two: provider },
      deployments: {
        first: { provider: 'one', model: 'model' },
        second: { provider: 'two', model: 'model' },
        third: { provider: 'two', model: 'model' },
      },
      routes: { all: { strategy: 'ordered', deployments, ...route } },
      timeouts: { firstTokenMs: 1500, stallMs: 5000, deadlineMs: 20_000 },
    },
    clock: time.clock,
    dial,
    store: memoryStore(time.clock),
    seed: 1,
    onRecord: () => undefined,
  });
  return { time, gateway, asked, does };
}

/** The call's status and how long it took until its first byte. */
async function ask(
  { time, gateway }: World,
  form: SurfaceForm,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly tookMs: number }> {
  const body = new TextEncoder().encode(JSON.stringify(form.body('all', {})));
  const beganMs = time.clock.nowMs();
  const seen = { status: 0, tookMs: Infinity };
  const signal = new AbortController().signal;
  const play = async (): Promise<void> => {
    const request = { method: 'POST', path: form.path, headers: { ...HEADERS, ...headers } };
    const response = await gateway({ ...request, readBody: async () => body, signal });
    Object.assign(seen, { status: response.status, tookMs: time.clock.nowMs() - beganMs });
    for await (const _ of typeof response.body === 'string' ? [] : response.body) {
      // To the end.
    }
    await response.afterEnd();
  };
  time.clock.after(0, () => void play());
  await time.runUntil(beganMs + 15_000);
  return seen;
}

const NEVER = (): Promise<DialResult> => new Promise(() => undefined);

describe('a deployment that lets its limit for the first token pass', () => {
  for (const [how, form] of WAYS) {
    for (const sameTargetRetries of [0, 1, 2]) {
      it(`is not asked again in the same call: ${how}, sameTargetRetries ${sameTargetRetries}`, async () => {
        const world = worldOf({ sameTargetRetries, maxAttempts: 5 });
        world.does.set('first', NEVER);
        assert.equal((await ask(world, form)).status, 200);
        assert.deepEqual(world.asked, ['first', 'second']);
      });
    }

    it(`is not asked again after a hedge that failed: ${how}`, async () => {
      const world = worldOf({ sameTargetRetries: 1, maxAttempts: 5, hedge: { percentile: 95, budget: 0.5 } });
      for (let call = 0; call < 30; call += 1) {
        await ask(world, form);
      }
      world.asked.length = 0;
      world.does.set('first', NEVER);
      world.does.set('second', async () => ({ kind: 'failed', failure: { kind: 'overloaded', status: 503 } }));
      assert.equal((await ask(world, form)).status, 200);
      assert.deepEqual(world.asked.slice(0, 2), ['first', 'second']);
      assert.equal(world.asked.filter((id) => id === 'first').length, 1);
      assert.equal(world.asked.at(-1), 'third');
    });
  }
});

describe("a caller's patience of three seconds, of an ordered route whose first deployment is silent", () => {
  const headers = { 'x-nemo-timeout-ms': '3000', 'x-stainless-timeout': '3', 'x-stainless-read-timeout': '3' };
  for (const [name, value] of Object.entries(headers)) {
    for (const [how, form] of WAYS) {
      it(`told by ${name} leaves time for the second, in each of twelve calls: ${how}`, async () => {
        const world = worldOf({ timeouts: { firstTokenMs: 10_000 } });
        world.does.set('first', NEVER);
        for (let call = 0; call < 12; call += 1) {
          const { status, tookMs } = await ask(world, form, { [name]: value });
          assert.ok(status === 200 && tookMs < 3000, `call ${call}: ${status} after ${tookMs} ms`);
        }
      });
    }
  }
});

describe('a 429 of the first deployment', () => {
  const cases = [
    { name: 'with a short Retry-After is waited for where the route asks again', seconds: '1', asked: 'first' },
    { name: 'with a long Retry-After is not waited for', seconds: '30', asked: 'second' },
  ];
  for (const { name, seconds, asked } of cases) {
    for (const [how, form] of WAYS) {
      it(`${name}: ${how}`, async () => {
        const world = worldOf({ sameTargetRetries: 1 });
        world.does.set('first', () =>
          world.asked.length === 1
            ? Promise.resolve({ kind: 'answered', status: 429, headers: { 'retry-after': seconds }, body: nothing() })
            : undefined,
        );
        const { status, tookMs } = await ask(world, form);
        assert.equal(status, 200);
        assert.deepEqual(world.asked, ['first', asked]);
        assert.ok(asked === 'first' ? tookMs >= 1000 && tookMs < 1500 : tookMs < 500, `${tookMs} ms`);
      });
    }
  }
});

async function* nothing(): AsyncGenerator<Uint8Array> {}
