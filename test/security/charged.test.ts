import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Use } from '../../functions/gateway/core/limits/settlement-ledger.ts';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { virtualTime } from '../bench/routing/virtual-time.ts';
import { virtualGateway } from '../faults/support/virtual-fleet.ts';
import fc from '../support/property.ts';
import { type Asking, SURFACES } from './support/asking.ts';
import { type Bill, billingVendor, type VendorPlay } from './support/billing-vendor.ts';
import { knownDeployments } from './support/known-deployments.ts';
import { notedUses } from './support/noted-uses.ts';
import { readToTheEnd } from './support/read-to-the-end.ts';

/**
 * A key is charged what vendors bill for it, and not much more, however its call ends: whole, cut by either side at any instant, out of time,
 * refused, failed over, hedged, without a count of the vendor's. Vendors' tokens are of 2.5 to 4.5 bytes here, as texts and models differ.
 */

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];
const PRICES = { inputPrice: 2, outputPrice: 10 };
/**
 * What is charged is at most so many times what is billed, since our own count of what no vendor told counts double, and a few tokens for
 * the form of a request, for what may have been thought in a silence, and for the rest of an answer that a vendor makes for nobody.
 */
const FACTOR = 3;
const FEW_TOKENS = 100;
const UNSEEN_TOKENS_A_SECOND = 250;
/** What an answer may have where no limit is asked for. */
const ASSUMED_ANSWER = 4096;
const RUNS = 60;
/** What first tokens have taken so far. */
const USUAL_MS = 40;
const START_MS = 1_800_000_000_000;

const play: fc.Arbitrary<Omit<VendorPlay, 'words'>> = fc.record({
  headersMs: fc.integer({ min: 0, max: 400 }),
  wordMs: fc.integer({ min: 0, max: 200 }),
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
  // Answers to one prompt are about as long.
  plays: fc
    .tuple(fc.array(play, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 40 }))
    .map(([plays, words]) => plays.map((one) => ({ ...one, words }))),
  hedges: fc.boolean(),
  goesOn: fc.boolean(),
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
  readonly hedges: number;
}

/** Who makes the rest of a stream that nobody reads, and where it is known to be. */
const GOES_ON: Readonly<Partial<Record<ProtocolName, string>>> = {
  openai: 'https://api.groq.com/openai/v1',
  gemini: 'https://generativelanguage.googleapis.com',
  bedrock: 'http://v.test/v1',
};

async function settled(protocol: ProtocolName, asking: Asking, one: Round): Promise<Settled> {
  const time = virtualTime(START_MS);
  const uses: Use[] = [];
  const isMadeUnheard = protocol === 'bedrock' || (one.goesOn && GOES_ON[protocol] !== undefined);
  const { dial, bills } = billingVendor(time.clock, one.plays, () => isMadeUnheard);
  let hedges = 0;
  const gateway = virtualGateway({
    config: configOf(protocol, one),
    clock: time.clock,
    dial,
    store: memoryStore(time.clock),
    seed: 1,
    onRecord: ({ attempts }) => {
      hedges = attempts.filter(({ hedge }) => hedge).length;
    },
    ports: {
      ...notedUses(uses),
      ...(one.hedges && { statistics: knownDeployments(['a', 'b'], USUAL_MS, time.clock) }),
    },
  });
  const { path, body } = asking;
  const caller = new AbortController();
  if (one.ending.kind === 'hangs up') {
    time.clock.after(one.ending.atMs, () => caller.abort());
  }
  const bytes = new TextEncoder().encode(
    JSON.stringify({ ...body('all', one.stream, { place: one.place, length: one.length }), n: one.choices }),
  );
  const request = { method: 'POST', path, headers: headersOf(one), readBody: async () => bytes, signal: caller.signal };
  time.clock.after(0, () => void gateway(request).then(readToTheEnd));
  await time.runUntil(START_MS + 120_000);
  return { uses, bills, hedges };
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

function configOf(protocol: ProtocolName, { streams, onStreamCut, hedges, goesOn }: Round): object {
  const baseUrl = (goesOn ? GOES_ON[protocol] : undefined) ?? 'http://v.test/v1';
  const provider = { protocol, baseUrl, ...(protocol === 'bedrock' && { region: 'us-east-1' }) };
  const deployment = { model: 'model', prefill: true, streaming: streams, ...PRICES };
  return {
    providers: { one: provider, two: provider },
    deployments: { a: { provider: 'one', ...deployment }, b: { provider: 'two', ...deployment } },
    routes: {
      all: {
        strategy: 'ordered',
        deployments: ['a', 'b'],
        onStreamCut,
        ...(hedges && { hedge: { percentile: 95, budget: 0.5 } }),
      },
    },
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
  const few = bills.reduce((sum, { silentMs, choices, goesOn }) => {
    const unseen = (silentMs / 1000) * UNSEEN_TOKENS_A_SECOND + (goesOn ? ASSUMED_ANSWER : 0);
    return sum + usdOf({ input: FEW_TOKENS, output: FEW_TOKENS + unseen * choices });
  }, 0);
  assert.ok(use.usd <= FACTOR * billed + few, `charged ${use.usd} for ${billed} dollars: ${JSON.stringify(bills)}`);
}

for (const [surface, asking] of Object.entries(SURFACES)) {
  for (const protocol of PROTOCOLS) {
    describe(`a call of ${surface} at a vendor that speaks ${protocol}`, () => {
      it('is charged no less than is billed, and no more than three times that, however it ends', async () => {
        let hedged = 0;
        await fc.assert(
          fc.asyncProperty(round, async (one) => {
            const seen = await settled(protocol, asking, one);
            hedged += seen.hedges;
            assertFair(seen);
          }),
          { numRuns: RUNS },
        );
        assert.ok(hedged > 0, 'some were hedged');
      });
    });
  }
}
