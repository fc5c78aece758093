import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../../functions/gateway/core/model/clock.ts';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { Gateway } from '../../functions/gateway/core/serve/gateway.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { settledIn, virtualTime } from '../bench/routing/virtual-time.ts';
import { virtualGateway } from '../faults/support/virtual-fleet.ts';
import { answered, EMBEDS, EVERY_PROTOCOL } from './support/every-protocol.ts';
import { SURFACE_FORMS, type SurfaceForm } from './support/surface-forms.ts';

/**
 * One key whose requests a vendor refuses, in whatever way, has its deployment set aside for itself and for nobody else: on every surface, at
 * vendors of every protocol, with probes that tell and without: there an instance has to have seen a second key, or sets it aside for no
 * longer than failures do.
 */

const POISON = 'poison';
const START_MS = 1_800_000_000_000;

const REFUSALS: readonly { readonly status: number; readonly headers?: Record<string, string> }[] = [
  ...[401, 402, 403, 404, 405, 408, 409, 410, 425, 429, 500, 502, 503, 529].map((status) => ({ status })),
  { status: 429, headers: { 'retry-after': '86400' } },
  { status: 503, headers: { 'retry-after': '86400' } },
];

/** Those whose own id decides nothing: the count of a prompt's tokens has no second vendor. */
const ASKED = SURFACE_FORMS.filter(({ name }) => name !== 'count_tokens');

function refusing({ status, headers = {} }: (typeof REFUSALS)[number], deployments: ReadonlySet<string>): Dial {
  const body = new TextEncoder().encode('{"error":{"message":"Not for this request."}}');
  return async (call) =>
    deployments.has(call.deployment.id) && JSON.stringify(call.request.body).includes(POISON)
      ? { kind: 'answered', status, headers, body: once(body) }
      : answered(call);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function gatewayOver(
  protocol: ProtocolName,
  probes: 'off' | object,
  { dial, clock, store = memoryStore(clock) }: GatewayParts,
): Gateway {
  const provider = { protocol, baseUrl: 'http://v.test/v1', ...(protocol === 'bedrock' && { region: 'us-east-1' }) };
  const chat = { provider: 'one', model: 'model' };
  const vectors = {
    provider: 'one',
    model: protocol === 'bedrock' ? 'cohere.embed-english-v3' : 'v',
    kind: 'embeddings',
  };
  return virtualGateway({
    config: {
      probes,
      providers: { one: provider, two: provider },
      deployments: {
        first: chat,
        second: { ...chat, provider: 'two' },
        ...(EMBEDS.has(protocol) && { 'first-vectors': vectors, 'second-vectors': { ...vectors, provider: 'two' } }),
      },
      routes: {
        all: { strategy: 'ordered', deployments: ['first', 'second'] },
        ...(EMBEDS.has(protocol) && {
          vectors: { strategy: 'ordered', deployments: ['first-vectors', 'second-vectors'] },
        }),
      },
    },
    clock,
    dial,
    store,
    seed: 1,
    onRecord: () => undefined,
  });
}

interface GatewayParts {
  readonly dial: Dial;
  readonly clock: Clock;
  /** Of the fleet. */
  readonly store?: ReturnType<typeof memoryStore>;
}

interface Asked {
  readonly form: SurfaceForm;
  readonly stream: boolean;
  readonly text: string;
}

/** Who served it, or the status where nobody did. */
async function servedBy(gateway: Gateway, key: string, { form, stream, text }: Asked): Promise<string> {
  const model = form.name === 'embeddings' ? 'vectors' : 'all';
  const members = stream && form.name !== 'embeddings' ? { stream } : {};
  const body = new TextEncoder().encode(JSON.stringify(form.body(model, { text, members })));
  const response = await gateway({
    method: 'POST',
    path: form.path,
    headers: { authorization: `Bearer ${key}` },
    readBody: async () => body,
    signal: new AbortController().signal,
  });
  for await (const _ of typeof response.body === 'string' ? [] : response.body) {
    // Read to the end, as a caller does.
  }
  await response.afterEnd();
  return response.status === 200 ? (response.headers['x-nemo-routed-model'] ?? '') : `${response.status}`;
}

interface ColdStarts {
  readonly form: SurfaceForm;
  readonly refusal: (typeof REFUSALS)[number];
  readonly probes: 'off' | object;
  /** Of the key that is refused, at each of two instances. */
  readonly calls: number;
  readonly afterMs: number;
}

/** Who serves another key at another instance of the fleet, so long after one has been refused at instances that knew nobody. */
async function servedByAnother({ form, refusal, probes, calls, afterMs }: ColdStarts): Promise<string> {
  const time = virtualTime(START_MS);
  const dial = refusing(refusal, new Set(['first', 'first-vectors']));
  const parts = { dial, clock: time.clock, store: memoryStore(time.clock) };
  for (let instance = 0; instance < 2; instance += 1) {
    const fresh = gatewayOver('openai', probes, parts);
    for (let turn = 0; turn < calls; turn += 1) {
      await settledIn(time, servedBy(fresh, 'one', { form, stream: false, text: `${POISON} ${turn}` }));
    }
  }
  await time.runUntil(time.clock.nowMs() + afterMs);
  return settledIn(time, servedBy(gatewayOver('openai', probes, parts), 'two', { form, stream: false, text: 'Hello' }));
}

/** Who serves another key once one has been refused six times. */
async function servedAfterPoison(gateway: Gateway, asked: Omit<Asked, 'text'>): Promise<string> {
  await servedBy(gateway, 'two', { ...asked, text: 'Hello' });
  for (let turn = 0; turn < 6; turn += 1) {
    await servedBy(gateway, 'one', { ...asked, text: `${POISON} ${turn}` });
  }
  return servedBy(gateway, 'two', { ...asked, text: 'Hello' });
}

for (const form of ASKED) {
  for (const protocol of EVERY_PROTOCOL.filter((one) => form.name !== 'embeddings' || EMBEDS.has(one))) {
    for (const probes of ['off', { everyMs: 60_000, rareEveryMs: 60_000 }] as const) {
      const how = `${form.name} at vendors that speak ${protocol}, ${probes === 'off' ? 'without probes' : 'with probes'}`;
      describe(`one key's refusals by ${how}`, () => {
        for (const stream of form.name === 'embeddings' ? [false] : [false, true]) {
          it(`set no deployment aside for other keys, ${stream ? 'streamed' : 'plain'}`, async () => {
            for (const refusal of REFUSALS) {
              const time = virtualTime(START_MS);
              const dial = refusing(refusal, new Set(['first', 'first-vectors']));
              const gateway = gatewayOver(protocol, probes, { dial, clock: time.clock });
              const served = await settledIn(time, servedAfterPoison(gateway, { form, stream }));
              assert.match(served, /^first/, `after ${JSON.stringify(refusal)}`);
            }
          });
        }
      });
    }
  }
}

describe('one key’s refusals at instances that have seen nobody else', () => {
  /** The longest cooldown after failures, and the time in which an instance hears of it. */
  const COOLDOWN_MS = 25_000;

  for (const probes of ['off', { everyMs: 60_000, rareEveryMs: 60_000 }] as const) {
    for (const { calls, afterMs } of [
      { calls: 1, afterMs: 3000 },
      { calls: 6, afterMs: COOLDOWN_MS },
    ]) {
      const how = `${calls === 1 ? 'one each' : 'six each'}, ${probes === 'off' ? 'without probes' : 'with probes'}`;
      it(`set no deployment aside for another instance of the fleet for longer than ${afterMs / 1000} s: ${how}`, async () => {
        for (const form of ASKED) {
          for (const refusal of REFUSALS) {
            const served = await servedByAnother({ form, refusal, probes, calls, afterMs });
            assert.match(served, /^first/, `${form.name} after ${JSON.stringify(refusal)}`);
          }
        }
      });
    }
  }
});

describe('a key whose requests a vendor refuses', () => {
  const [form] = ASKED;

  it('is not sent there again while the vendor has said to wait', async () => {
    const sent: string[] = [];
    const dial = refusing({ status: 429, headers: { 'retry-after': '60' } }, new Set(['first']));
    const time = virtualTime(START_MS);
    const record: Dial = (call) => {
      sent.push(call.deployment.id);
      return dial(call);
    };
    const gateway = gatewayOver('openai', 'off', { dial: record, clock: time.clock });
    for (let turn = 0; turn < 3; turn += 1) {
      await settledIn(time, servedBy(gateway, 'one', { form: form!, stream: false, text: POISON }));
    }
    assert.deepEqual(sent, ['first', 'second', 'second', 'second']);
  });
});
