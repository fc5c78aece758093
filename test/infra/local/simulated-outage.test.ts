import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import OpenAI from 'openai';
import { systemClock } from '../../../functions/gateway/adapters/system-clock.ts';
import { configFromSimulation, simulatedCredentials } from '../../../infra/local/local-config.ts';
import { startLocalSystem } from '../../../infra/local/local-system.ts';
import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';
import {
  type SimulatedProviders,
  startSimulatedProviders,
  type VendorName,
} from '../../../infra/local/simulated/simulated-providers.ts';

/** Calls under way at the same time. */
const CONCURRENCY = 10;
/** Whom the simulation makes the fastest in its first minute. */
const FAVOURITE: VendorName = 'google';

// What `npm start` shows, in real time: the two wait for simulated latencies most of the time, beside each other.
describe('the gateway over the three simulated providers', { concurrency: true, timeout: 120_000 }, () => {
  it('loses none of 200 calls when the fastest goes down, falls back at first and leaves it alone soon after', async () => {
    await using system = await startSystem(1);
    await warmUp(system);
    system.providers.setCondition(FAVOURITE, { kind: 'down' });
    const calls = await system.call(200);
    assert.equal(calls.filter(({ finished }) => !finished).length, 0);
    assert.ok(calls.every(({ vendor }) => vendor !== FAVOURITE));
    const fallbacks = (part: readonly Call[]): number => part.filter(({ routing }) => routing === 'fallback').length;
    const story = calls.map(({ routing }) => routing.charAt(0)).join('');
    assert.ok(fallbacks(calls.slice(0, CONCURRENCY)) >= 3, story);
    // A probe now and then finds it still down, and falls back too.
    assert.ok(fallbacks(calls.slice(-100)) <= 10, story);
  });

  it('moves its traffic away within some ten calls when the fastest slows down tenfold, and loses none', async () => {
    await using system = await startSystem(2);
    await warmUp(system);
    system.providers.setCondition(FAVOURITE, { kind: 'slow', factor: 10 });
    const calls = await system.call(60);
    assert.equal(calls.filter(({ finished }) => !finished).length, 0);
    const atSlow = calls.slice(-30).filter(({ vendor }) => vendor === FAVOURITE);
    const story = calls.map(({ vendor }) => vendor.charAt(0)).join('');
    assert.ok(atSlow.length <= 4, `${atSlow.length} of the last 30 went to ${FAVOURITE}: ${story}`);
  });
});

interface Call {
  readonly vendor: string;
  readonly routing: string;
  readonly finished: boolean;
}

interface System extends AsyncDisposable {
  readonly providers: SimulatedProviders;
  /** So many streamed calls, in the order of their beginnings. */
  readonly call: (count: number) => Promise<readonly Call[]>;
}

async function startSystem(seed: number): Promise<System> {
  const providers = await startSimulatedProviders({ clock: systemClock, random: seededRandom(seed) });
  const credentials = simulatedCredentials(providers.vendors);
  const key = 'nemo_key-of-the-tests';
  const system = await startLocalSystem({
    config: configFromSimulation(providers.vendors),
    key,
    port: 0,
    credentials: async (name) => credentials.get(name),
    sign: async () => ({}),
    onRecord: () => undefined,
    onStoreError: () => undefined,
  });
  const openai = new OpenAI({ baseURL: system.baseUrl, apiKey: key, maxRetries: 0 });
  const call = (count: number): Promise<readonly Call[]> => inParallel(count, (index) => streamedCall(openai, index));
  const close = async (): Promise<void> => {
    await system.close();
    await providers.close();
  };
  return { providers, call, [Symbol.asyncDispose]: close };
}

/** Calls until the gateway has learnt who is the fastest. */
async function warmUp(system: System): Promise<void> {
  await system.call(60);
  const vendors = (await system.call(20)).map(({ vendor }) => vendor);
  assert.ok(vendors.filter((vendor) => vendor === FAVOURITE).length >= 12, `not warm: ${vendors.join()}`);
}

/** A short answer of a conversation of its own. */
async function streamedCall(openai: OpenAI, index: number): Promise<Call> {
  const { data, response } = await openai.chat.completions
    .create({
      model: 'nemo/latency-optimized',
      stream: true,
      max_tokens: 5,
      messages: [{ role: 'user', content: `Question ${index}: why?` }],
    })
    .withResponse();
  let finish: string | undefined;
  for await (const chunk of data) {
    finish ??= chunk.choices[0]?.finish_reason ?? undefined;
  }
  const [vendor = ''] = (response.headers.get('x-nemo-routed-model') ?? '').split('/');
  return { vendor, routing: response.headers.get('x-nemo-routing') ?? '', finished: finish !== undefined };
}

async function inParallel<Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = new Array(count);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return results;
}
