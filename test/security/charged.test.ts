import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Use } from '../../functions/gateway/core/limits/call-use.ts';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { virtualTime } from '../bench/routing/virtual-time.ts';
import { virtualGateway } from '../faults/support/virtual-fleet.ts';
import fc from '../support/property.ts';
import { type Asking, SURFACES } from './support/asking.ts';
import { type Bill, billingVendor, type VendorPlay } from './support/billing-vendor.ts';
import { notedUses } from './support/noted-uses.ts';
import { readToTheEnd } from './support/read-to-the-end.ts';

/**
 * A key is charged what vendors bill for it, and not much more, however its call ends: whole, cut by either side at any instant, out of time,
 * refused, failed over, without a count of the vendor's. Vendors' tokens are of 2.5 to 4.5 bytes here, as texts and models differ.
 */

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];
const PRICES = { inputPrice: 2, outputPrice: 10 };
/**
 * What is charged is at most so many times what is billed, since our own count of what no vendor told counts double, and a few tokens for
 * the form of a request and for what may have been thought in a silence.
 */
const FACTOR = 3;
const FEW_TOKENS = 100;
const UNSEEN_TOKENS_A_SECOND = 250;
const RUNS = 40;
const START_MS = 1_800_000_000_000;

const play: fc.Arbitrary<VendorPlay> = fc.record({
  headersMs: fc.integer({ min: 0, max: 400 }),
  wordMs: fc.integer({ min: 0, max: 200 }),
  words: fc.integer({ min: 1, max: 40 }),
  does: fc.oneof(
    { weight: 4, arbitrary: fc.constant('finishes' as const) },
    {
      weight: 5,
      arbitrary: fc.constantFrom<VendorPlay['does']>(
        ...(['refuses', 'is overloaded', 'breaks', 'stops', 'fails', 'falls silent', 'says nothing'] as const),
      ),
    },
  ),
  afterWords: fc.integer({ min: 0, max: 40 }),
  tellsUsage: fc.boolean(),
  thoughtsPerSecond: fc.constantFrom(0, 0, 200),
  bytesPerToken: fc.double({ min: 2.5, max: 4.5, noNaN: true }),
});

/** How the caller's side ends the call, if it does. */
const ending = fc.oneof(
  fc.record({ kind: fc.constantFrom('stays' as const), atMs: fc.constant(0) }),
  fc.record({
    kind: fc.constantFrom('hangs up' as const, 'has a deadline' as const, 'has a short read' as const),
    atMs: fc.integer({ min: 1, max: 4000 }),
  }),
);

const round = fc.record({
  plays: fc.array(play, { minLength: 1, maxLength: 3 }),
  ending,
  stream: fc.boolean(),
  streams: fc.boolean(),
  onStreamCut: fc.constantFrom('error' as const, 'continue' as const),
  place: fc.integer({ min: 0, max: 9 }),
  length: fc.integer({ min: 0, max: 20_000 }),
  choices: fc.constantFrom(1, 1, 4),
});

type Round = typeof round extends fc.Arbitrary<infer One> ? One : never;

interface Settled {
  readonly uses: readonly Use[];
  readonly bills: readonly Bill[];
}

async function settled(protocol: ProtocolName, asking: Asking, one: Round): Promise<Settled> {
  const time = virtualTime(START_MS);
  const uses: Use[] = [];
  const { dial, bills } = billingVendor(time.clock, one.plays);
  const gateway = virtualGateway({
    config: configOf(protocol, one),
    clock: time.clock,
    dial,
    store: memoryStore(time.clock),
    seed: 1,
    onRecord: () => undefined,
    ports: notedUses(uses),
  });
  const caller = new AbortController();
  if (one.ending.kind === 'hangs up') {
    time.clock.after(one.ending.atMs, () => caller.abort());
  }
  const { path, body } = asking;
  const bytes = new TextEncoder().encode(
    JSON.stringify({ ...body('all', one.stream, { place: one.place, length: one.length }), n: one.choices }),
  );
  const request = { method: 'POST', path, headers: headersOf(one), readBody: async () => bytes, signal: caller.signal };
  time.clock.after(0, () => void gateway(request).then(readToTheEnd));
  await time.runUntil(START_MS + 120_000);
  return { uses, bills };
}

function headersOf({ ending: { kind, atMs } }: Round): Readonly<Record<string, string>> {
  const own = { authorization: 'Bearer key' };
  switch (kind) {
    case 'has a deadline':
      return { ...own, 'x-nemo-timeout-ms': String(atMs) };
    case 'has a short read':
      return { ...own, 'x-stainless-read-timeout': String(atMs / 1000) };
    default:
      return own;
  }
}

function configOf(protocol: ProtocolName, { streams, onStreamCut }: Round): object {
  const provider = { protocol, baseUrl: 'http://v.test/v1', ...(protocol === 'bedrock' && { region: 'us-east-1' }) };
  const deployment = { model: 'model', prefill: true, streaming: streams, ...PRICES };
  return {
    providers: { one: provider, two: provider },
    deployments: { a: { provider: 'one', ...deployment }, b: { provider: 'two', ...deployment } },
    routes: { all: { strategy: 'ordered', deployments: ['a', 'b'], onStreamCut } },
    timeouts: { firstTokenMs: 1500, stallMs: 1000, deadlineMs: 8000 },
  };
}

function usdOf({ input, output }: Pick<Bill, 'input' | 'output'>): number {
  return (input * PRICES.inputPrice + output * PRICES.outputPrice) / 1_000_000;
}

function assertFair({ uses, bills }: Settled): void {
  const [use = { requests: 0, tokens: 0, usd: 0 }] = uses;
  assert.ok(uses.length === 1 || bills.length === 0, 'a call is settled once');
  const billed = bills.reduce((sum, bill) => sum + usdOf(bill), 0);
  assert.ok(use.usd >= billed - 1e-9, `charged ${use.usd} of ${billed} dollars: ${JSON.stringify(bills)}`);
  const tokens = bills.map(({ input, output }) => input + output).filter((count) => count > 0);
  assert.ok(
    use.tokens >= Math.min(...tokens, Number.MAX_SAFE_INTEGER) || tokens.length === 0,
    `charged ${use.tokens} of ${tokens} tokens`,
  );
  const few = bills.reduce((sum, { silentMs }) => {
    return sum + usdOf({ input: FEW_TOKENS, output: FEW_TOKENS + (silentMs / 1000) * UNSEEN_TOKENS_A_SECOND });
  }, 0);
  assert.ok(use.usd <= FACTOR * billed + few, `charged ${use.usd} for ${billed} dollars: ${JSON.stringify(bills)}`);
}

for (const [surface, asking] of Object.entries(SURFACES)) {
  for (const protocol of PROTOCOLS) {
    describe(`a call of ${surface} at a vendor that speaks ${protocol}`, () => {
      it('is charged no less than is billed, and no more than three times that, however it ends', async () => {
        await fc.assert(
          fc.asyncProperty(round, async (one) => assertFair(await settled(protocol, asking, one))),
          { numRuns: RUNS },
        );
      });
    });
  }
}
