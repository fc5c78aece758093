import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../../functions/gateway/core/clock.ts';
import type { Dial, DialResult } from '../../functions/gateway/core/failover/dial.ts';
import type { RequestRecord } from '../../functions/gateway/core/metrics/request-record.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { virtualTime } from '../bench/routing/virtual-time.ts';
import { askVirtually, virtualGateway } from './support/virtual-fleet.ts';

const START_MS = 1_800_000_123_456;
const REQUESTS_PER_SECOND = 5;
const TTFT_MS = 300;
/** From the first token to the end. */
const WRITING_MS = 2000;

/** How a provider that is down shows it. */
type Outage = 'refuses' | 'is silent';

interface Scenario {
  readonly seconds: number;
  readonly outage: Outage;
  /** Whether the primary is down, so many seconds after the start. */
  readonly isDown: (second: number) => boolean;
  readonly instances: number;
}

interface Served {
  readonly second: number;
  readonly record: RequestRecord;
}

/** Plays an ordered route whose first deployment goes down and comes back, at a steady rate of requests, without any time passing. */
async function play(scenario: Scenario): Promise<readonly Served[]> {
  const time = virtualTime(START_MS);
  const records = new Map<string, RequestRecord>();
  const store = memoryStore(time.clock);
  const fleet = Array.from({ length: scenario.instances }, (_, seed) =>
    virtualGateway({
      config: CONFIG,
      clock: time.clock,
      dial: dialOf(scenario, time.clock),
      store,
      seed,
      onRecord: (record) => records.set(record.keyName ?? '', record),
    }),
  );
  const total = scenario.seconds * REQUESTS_PER_SECOND;
  for (let call = 0; call < total; call += 1) {
    const gateway = fleet[call % fleet.length]!;
    const askOne = (): void => void askVirtually(gateway, String(call), { model: 'all', stream: true });
    time.clock.after((call * 1000) / REQUESTS_PER_SECOND, askOne);
  }
  await time.runUntil(START_MS + scenario.seconds * 1000 + 200_000);
  return Array.from({ length: total }, (_, call) => {
    const record = records.get(String(call));
    assert.ok(record !== undefined, 'every call is recorded');
    return { second: call / REQUESTS_PER_SECOND, record };
  });
}

const CONFIG = {
  providers: {
    first: { protocol: 'openai', baseUrl: 'http://first.test/v1' },
    second: { protocol: 'openai', baseUrl: 'http://second.test/v1' },
  },
  deployments: { first: { provider: 'first', model: 'model' }, second: { provider: 'second', model: 'model' } },
  routes: { all: { strategy: 'ordered', deployments: ['first', 'second'] } },
};

function dialOf({ isDown, outage }: Scenario, clock: Clock): Dial {
  return ({ deployment, signal }) =>
    new Promise<DialResult>((resolve) => {
      const down = deployment.id === 'first' && isDown((clock.nowMs() - START_MS) / 1000);
      signal.addEventListener('abort', () => resolve({ kind: 'failed', failure: { kind: 'aborted', by: 'caller' } }));
      if (!down) {
        clock.after(TTFT_MS, () => resolve({ kind: 'answered', status: 200, headers: {}, body: answer(clock) }));
      } else if (outage === 'refuses') {
        clock.after(5, () => resolve({ kind: 'failed', failure: { kind: 'unreachable', code: 'ECONNREFUSED' } }));
      }
    });
}

async function* answer(clock: Clock): AsyncGenerator<Uint8Array> {
  yield event({ delta: { role: 'assistant', content: 'Hello' }, finish_reason: null });
  await new Promise<void>((resolve) => {
    clock.after(WRITING_MS, resolve);
  });
  yield event({ delta: {}, finish_reason: 'stop' });
  yield new TextEncoder().encode('data: [DONE]\n\n');
}

function event(choice: object): Uint8Array {
  return new TextEncoder().encode(`data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`);
}

function callsOfFirst({ record }: Served): number {
  return record.attempts.filter(({ deployment }) => deployment === 'first').length;
}

function isServedByFirst({ record }: Served): boolean {
  return record.servedBy === 'first';
}

/** What a request waited for its first token beyond what the second deployment takes. */
function extraMs({ record }: Served): number {
  return Math.max(0, (record.ttftMs ?? Infinity) - TTFT_MS);
}

describe('the first deployment of an ordered route that goes down and comes back', () => {
  const DOWN_FROM = 30;
  for (const outage of ['refuses', 'is silent'] as const) {
    for (const instances of [1, 4]) {
      for (const downFor of [10, 60, 300]) {
        const upFrom = DOWN_FROM + downFor;
        const isDown = (second: number): boolean => second >= DOWN_FROM && second < upFrom;
        const about = `after ${downFor} s in which it ${outage}, with ${instances} instances`;

        it(`is used again within 30 s, and nobody noticed, ${about}`, async () => {
          const served = await play({ seconds: upFrom + 60, outage, isDown, instances });
          assert.ok(served.every(({ record }) => record.ending === 'complete'));
          const back = served.find((one) => one.second >= upFrom && isServedByFirst(one));
          assert.ok(back !== undefined && back.second - upFrom <= 30, `it was back at ${back?.second}`);
          const settled = served.filter(({ second }) => second >= upFrom + 35);
          assert.ok(settled.length > 0 && settled.every(isServedByFirst));
        });

        it(`costs next to nothing while it is down, ${about}`, async () => {
          const served = await play({ seconds: upFrom, outage, isDown, instances });
          const during = served.filter(({ second }) => isDown(second));
          const calls = during.reduce((sum, one) => sum + callsOfFirst(one), 0);
          // Those that were needed to notice (silence takes its time, and all that come meanwhile wait), and then one probe a cooldown.
          const noticing = outage === 'refuses' ? 3 * instances : REQUESTS_PER_SECOND * 3 + 3 * instances;
          const probes = 5 + downFor / 20;
          assert.ok(calls <= noticing + probes, `it got ${calls} calls of ${during.length} requests`);
          const late = during.filter((one) => extraMs(one) > 100).length;
          assert.ok(late <= (outage === 'refuses' ? 0 : noticing + probes), `${late} requests were late`);
        });
      }
    }
  }

  it('again and again, every 20 seconds, fails no request and is used while it is up', async () => {
    const isDown = (second: number): boolean => Math.floor(second / 20) % 2 === 1;
    const served = await play({ seconds: 400, outage: 'refuses', isDown, instances: 2 });
    assert.ok(served.every(({ record }) => record.ending === 'complete'));
    const up = served.filter(({ second }) => !isDown(second));
    const share = up.filter(isServedByFirst).length / up.length;
    // The cooldown grows to 16 s of the 20 that it is down, and what is left of it passes before the next probe.
    assert.ok(share > 0.25, `it served ${share} of the requests while it was up`);
    const down = served.filter(({ second }) => isDown(second));
    const calls = down.reduce((sum, one) => sum + callsOfFirst(one), 0) / down.length;
    assert.ok(calls < 0.2, `it got ${calls} calls a request while it was down`);
  });
});
