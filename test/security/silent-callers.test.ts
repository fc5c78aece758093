import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../../functions/gateway/core/model/clock.ts';
import type { Dial, DialResult, UpstreamCall } from '../../functions/gateway/core/model/dial.ts';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { Gateway } from '../../functions/gateway/core/serve/gateway.ts';
import type { StatisticsStore } from '../../functions/gateway/core/statistics/statistics-store.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { type VirtualTime, virtualTime } from '../bench/routing/virtual-time.ts';
import { virtualGateway } from '../faults/support/virtual-fleet.ts';
import { answered, EVERY_PROTOCOL } from './support/every-protocol.ts';
import { SURFACE_FORMS, type SurfaceForm } from './support/surface-forms.ts';

/**
 * One key whose requests a vendor thinks about for ever, or whose worker dies of them, sets a deployment aside for itself alone: on every
 * surface that streams, at vendors of every protocol, whoever ends the wait. A deployment that is silent to everybody is found out all the
 * same, by a second key or by a probe.
 */

const START_MS = 1_800_000_000_000;
const POISON = 'poison';
const FIRST_TOKEN_MS = 1500;

type Harm = 'says nothing' | 'breaks' | 'says one word';

interface Way {
  readonly harm: Harm;
  readonly headers?: Readonly<Record<string, string>>;
  readonly hangsUpMs?: number;
  readonly hedges?: true;
  readonly plain?: true;
}

const WAYS: Readonly<Record<string, Way>> = {
  'until the limit of the first token': { harm: 'says nothing' },
  'until the limit, plain': { harm: 'says nothing', plain: true },
  'until a hedge has answered': { harm: 'says nothing', hedges: true },
  'until its own deadline': { harm: 'says nothing', headers: { 'x-nemo-timeout-ms': '1400' } },
  'until it hangs up': { harm: 'says nothing', hangsUpMs: 1400 },
  'after the first word': { harm: 'says one word' },
  'after the first word, plain': { harm: 'says one word', plain: true },
  'where the connection breaks': { harm: 'breaks' },
};

const ASKED = SURFACE_FORMS.filter(({ name }) => name !== 'count_tokens' && name !== 'embeddings');

interface World {
  readonly time: VirtualTime;
  readonly gateway: Gateway;
  /** Whom the calls of the key are harmful to. */
  harms: (call: UpstreamCall) => boolean;
}

function worldOf(
  protocol: ProtocolName,
  way: Way,
  probes: 'off' | object,
  shared?: { readonly time: VirtualTime; readonly store: StatisticsStore },
): World {
  const time = shared?.time ?? virtualTime(START_MS);
  const store = shared?.store ?? memoryStore(time.clock);
  const provider = { protocol, baseUrl: 'http://v.test/v1', ...(protocol === 'bedrock' && { region: 'us-east-1' }) };
  const world = { time, harms: isPoisoned };
  const gateway = virtualGateway({
    config: {
      probes,
      providers: { one: provider, two: provider },
      deployments: { first: { provider: 'one', model: 'model' }, second: { provider: 'two', model: 'model' } },
      routes: {
        all: {
          strategy: 'ordered',
          deployments: ['first', 'second'],
          ...(way.hedges && { hedge: { percentile: 95, budget: 0.5 } }),
        },
      },
      timeouts: { firstTokenMs: FIRST_TOKEN_MS, stallMs: 1000, deadlineMs: 20_000 },
    },
    clock: time.clock,
    dial: (call) => (world.harms(call) ? harmed(call, way.harm) : soon(time.clock, call)),
    store,
    seed: 1,
    onRecord: () => undefined,
  });
  return Object.assign(world, { gateway });
}

function isPoisoned({ deployment, request }: UpstreamCall): boolean {
  return deployment.id === 'first' && JSON.stringify(request.body).includes(POISON);
}

function soon(clock: Clock, call: UpstreamCall): ReturnType<Dial> {
  return new Promise((resolve) => {
    clock.after(50, () => resolve(answered(call)));
  });
}

async function harmed(call: UpstreamCall, harm: Harm): Promise<DialResult> {
  if (harm === 'breaks') {
    return { kind: 'failed', failure: { kind: 'unreachable', code: 'ECONNRESET' } };
  }
  const word = answered(call);
  if (harm === 'says one word' && word.kind === 'answered' && call.request.operation === 'answer-stream') {
    return { ...word, body: beginning(word.body, call.signal) };
  }
  await forEver(call.signal);
  return { kind: 'failed', failure: { kind: 'aborted', by: 'caller' } };
}

/** The first pieces of an answer, of which the last one is its first word, and then silence. */
async function* beginning(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    yield piece;
    if (Buffer.from(piece).toString().includes('Hello')) {
      await forEver(signal);
      throw new Error('It was stopped.');
    }
  }
}

function forEver(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve());
  });
}

interface Call {
  readonly key: string;
  readonly text: string;
  readonly way: Way;
  readonly forMs?: number;
}

/** Who served a call, its time over. */
async function served(
  { time, gateway }: World,
  form: SurfaceForm,
  { key, text, way, forMs = 8000 }: Call,
): Promise<string> {
  const body = new TextEncoder().encode(
    JSON.stringify(form.body('all', { text, members: way.plain ? {} : { stream: true } })),
  );
  const caller = new AbortController();
  if (way.hangsUpMs !== undefined) {
    time.clock.after(way.hangsUpMs, () => caller.abort());
  }
  let who = '';
  const request = {
    method: 'POST',
    path: form.path,
    headers: { authorization: `Bearer ${key}`, ...way.headers },
    readBody: async () => body,
    signal: caller.signal,
  };
  const ask = async (): Promise<void> => {
    const response = await gateway(request);
    who = response.headers['x-nemo-routed-model'] ?? '';
    for await (const _ of typeof response.body === 'string' ? [] : response.body) {
      // To the end, whichever it is.
    }
    await response.afterEnd();
  };
  time.clock.after(0, () => void ask());
  await time.runUntil(time.clock.nowMs() + forMs);
  return who;
}

const PATIENT: Way = { harm: 'says nothing' };
const PROBES = { everyMs: 60_000, rareEveryMs: 60_000 };
const ONE_KEY = ['one', 'one', 'one', 'one', 'one'] as const;

for (const form of ASKED) {
  for (const protocol of EVERY_PROTOCOL) {
    describe(`one key's silent calls by ${form.name} at a vendor that speaks ${protocol}`, () => {
      for (const [how, way] of Object.entries(WAYS)) {
        for (const probes of ['off', { everyMs: 60_000, rareEveryMs: 60_000 }] as const) {
          it(`set no deployment aside for other keys: ${how}, ${probes === 'off' ? 'without' : 'with'} probes`, async () => {
            const world = worldOf(protocol, way, probes);
            for (let call = 0; call < 4; call += 1) {
              await served(world, form, { key: 'two', text: 'Hello', way: PATIENT });
            }
            for (let call = 0; call < 8; call += 1) {
              await served(world, form, { key: 'one', text: `${POISON} ${call}`, way });
            }
            assert.equal(await served(world, form, { key: 'two', text: 'Hello', way: PATIENT }), 'first');
          });
        }
      }
    });
  }
}

describe('a deployment that is silent to everybody', () => {
  const [form] = ASKED;
  const ways = [
    ['once two keys have met it', 'off', ['one', 'two', 'one']],
    ['once a probe has met it too, where one key alone calls', { everyMs: 500, rareEveryMs: 60_000 }, ONE_KEY],
  ] as const;
  for (const [when, probes, keys] of ways) {
    it(`is set aside for a key that has not met it ${when}`, async () => {
      const world = worldOf('openai', PATIENT, probes);
      const ask = (key: string, text: string): Promise<string> =>
        served(world, form!, { key, text, way: PATIENT, forMs: 1700 });
      for (const key of ['one', 'two', 'three']) {
        assert.equal(await ask(key, 'Hello'), 'first');
      }
      let asked = 0;
      world.harms = ({ deployment }) => {
        asked += deployment.id === 'first' ? 1 : 0;
        return deployment.id === 'first';
      };
      for (const [call, key] of keys.entries()) {
        assert.equal(await ask(key, `Hello ${call}`), 'second');
      }
      const before = asked;
      assert.equal(await ask('three', 'Hello'), 'second');
      assert.equal(asked, before, 'nobody has waited for it');
    });
  }

  it('is set aside after three calls of a key that is alone', async () => {
    const world = worldOf('openai', PATIENT, PROBES);
    const ask = (key: string, text: string): Promise<string> =>
      served(world, form!, { key, text, way: PATIENT, forMs: 1700 });
    assert.equal(await ask('one', 'Hello'), 'first');
    let asked = 0;
    world.harms = ({ deployment }) => {
      asked += deployment.id === 'first' ? 1 : 0;
      return deployment.id === 'first';
    };
    for (const call of [1, 2, 3]) {
      await ask('one', `Hello ${call}`);
    }
    const before = asked;
    assert.equal(await ask('three', 'Hello'), 'second');
    assert.equal(asked, before);
  });

  it('is not, where other instances are served there meanwhile', async () => {
    const time = virtualTime(START_MS);
    const store = memoryStore(time.clock);
    const [lonely, other] = [1, 2].map(() => worldOf('openai', PATIENT, PROBES, { time, store }));
    const ask = (): Promise<string> => served(other!, form!, { key: 'two', text: 'Hello', way: PATIENT, forMs: 1500 });
    await ask();
    for (let call = 0; call < 8; call += 1) {
      await served(lonely!, form!, { key: 'one', text: `${POISON} ${call}`, way: PATIENT, forMs: 1700 });
      assert.equal(await ask(), 'first', `after ${call}`);
    }
  });
});
