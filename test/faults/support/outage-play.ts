import assert from 'node:assert/strict';
import type { Clock } from '../../../functions/gateway/core/model/clock.ts';
import type { Dial, DialResult } from '../../../functions/gateway/core/model/dial.ts';
import type { RequestRecord } from '../../../functions/gateway/core/model/request-record.ts';
import { memoryStore } from '../../bench/routing/memory-store.ts';
import { virtualTime } from '../../bench/routing/virtual-time.ts';
import { askVirtually, virtualGateway } from './virtual-fleet.ts';

const START_MS = 1_800_000_123_456;
export const REQUESTS_PER_SECOND = 5;
/** The time to first token where a scenario does not say otherwise. */
export const TTFT_MS = 300;
/** From the first token to the end. */
const WRITING_MS = 2000;

/** How a provider that is down shows it. */
type Outage = 'refuses' | 'is silent';

export interface Scenario {
  readonly seconds: number;
  readonly outage: Outage;
  /** Whether the primary is down, so many seconds after the start. */
  readonly isDown: (second: number) => boolean;
  readonly instances: number;
  /** The share of requests that may be hedged. Default: the route does not hedge. */
  readonly hedgeBudget?: number;
  /** The time to first token of either deployment, so many seconds after the start. */
  readonly ttftMs?: (deployment: string, second: number) => number;
}

export interface Served {
  readonly second: number;
  readonly record: RequestRecord;
}

/** Plays an ordered route of two deployments whose first goes down and comes back, at a steady rate of requests, without any time passing. */
export async function play(scenario: Scenario): Promise<readonly Served[]> {
  const time = virtualTime(START_MS);
  const records = new Map<string, RequestRecord>();
  const store = memoryStore(time.clock);
  const fleet = Array.from({ length: scenario.instances }, (_, seed) =>
    virtualGateway({
      config: configOf(scenario),
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

function configOf({ hedgeBudget: budget }: Scenario): object {
  const provider = (name: string): object => ({ protocol: 'openai', baseUrl: `http://${name}.test/v1` });
  const hedge = budget === undefined ? {} : { hedge: { percentile: 95, budget } };
  return {
    providers: { first: provider('first'), second: provider('second') },
    deployments: { first: { provider: 'first', model: 'model' }, second: { provider: 'second', model: 'model' } },
    routes: { all: { strategy: 'ordered', deployments: ['first', 'second'], ...hedge } },
  };
}

function dialOf({ isDown, outage, ttftMs = () => TTFT_MS }: Scenario, clock: Clock): Dial {
  return ({ deployment, signal }) =>
    new Promise<DialResult>((resolve) => {
      const second = (clock.nowMs() - START_MS) / 1000;
      const down = deployment.id === 'first' && isDown(second);
      signal.addEventListener('abort', () => resolve({ kind: 'failed', failure: { kind: 'aborted', by: 'caller' } }));
      if (!down) {
        clock.after(ttftMs(deployment.id, second), () =>
          resolve({ kind: 'answered', status: 200, headers: {}, body: answer(clock) }),
        );
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
