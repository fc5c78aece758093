import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Use } from '../../functions/gateway/core/limits/settlement-ledger.ts';
import type { Clock } from '../../functions/gateway/core/model/clock.ts';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import type { Deployment } from '../../functions/gateway/core/model/gateway-config.ts';
import type { WireEmbeddings } from '../../infra/local/simulated/vendor-wire.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { virtualTime } from '../bench/routing/virtual-time.ts';
import { virtualGateway } from '../faults/support/virtual-fleet.ts';
import fc from '../support/property.ts';
import { wireOf } from '../support/wire-of.ts';
import { notedUses } from './support/noted-uses.ts';

/** A key is charged what vendors bill for its embeddings, however the call ends, where one request is many calls to the vendor too. */

const VENDORS = { openai: 'm', gemini: 'm', bedrock: 'amazon.titan-embed-text-v2:0' } as const;
const INPUT_PRICE = 2;
const TEXT = 'The quick brown fox jumps over the lazy dog. ';

/** What each of the vendor's calls comes to, in turn. */
const outcome = fc.constantFrom('answers' as const, 'answers' as const, 'fails' as const, 'stays silent' as const);

const round = fc.record({
  outcomes: fc.array(outcome, { minLength: 1, maxLength: 12 }),
  leavesMs: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
  inputs: fc.integer({ min: 1, max: 12 }),
  tellsUsage: fc.boolean(),
  bytesPerToken: fc.double({ min: 2.5, max: 4.5, noNaN: true }),
});

type Round = typeof round extends fc.Arbitrary<infer One> ? One : never;

/** A vendor that bills what it has answered, and what it was reading when somebody left. */
function vendor(clock: Clock, { outcomes, bytesPerToken, tellsUsage }: Round, bill: (tokens: number) => void): Dial {
  let calls = 0;
  return async ({ deployment, request, signal }) => {
    const does = outcomes[calls % outcomes.length];
    calls += 1;
    const texts = JSON.stringify(request.body).split(TEXT.trim()).length - 1;
    const tokens = Math.ceil((texts * TEXT.length) / bytesPerToken);
    const isOver = await new Promise<boolean>((resolve) => {
      signal.addEventListener('abort', () => resolve(true));
      if (does !== 'stays silent') {
        clock.after(20, () => resolve(signal.aborted));
      }
    });
    if (does !== 'fails') {
      bill(tokens);
    }
    if (isOver) {
      return { kind: 'failed', failure: { kind: 'unreachable', code: 'UND_ERR_ABORTED' } };
    }
    const body = answerOf(deployment, texts, tellsUsage ? tokens : undefined);
    const text = does === 'fails' ? '{"error":{"message":"No."}}' : JSON.stringify(body);
    return { kind: 'answered', status: does === 'fails' ? 500 : 200, headers: {}, body: once(text) };
  };
}

/** `tokens`: as the vendor counts them, where it tells; Titan always does. */
function answerOf(
  { model, providerSettings: { protocol } }: Deployment,
  texts: number,
  tokens: number | undefined,
): object {
  const inputs = Array.from({ length: texts }, () => TEXT);
  const asked: WireEmbeddings = { kind: 'embeddings', model, inputs, dimensions: undefined, encoding: 'float' };
  const vectors = inputs.map(() => [0.1]);
  const { usage: _, inputTextTokenCount: __, ...untold } = wireOf(protocol).embeddings?.(vectors, asked) ?? {};
  const told = { usage: { prompt_tokens: tokens, total_tokens: tokens }, inputTextTokenCount: tokens };
  return tokens === undefined ? untold : { ...untold, ...told };
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

async function settled(protocol: keyof typeof VENDORS, one: Round): Promise<readonly [Use | undefined, number]> {
  const time = virtualTime(1_800_000_000_000);
  const uses: Use[] = [];
  let billed = 0;
  const provider = { protocol, baseUrl: 'http://v.test/v1', ...(protocol === 'bedrock' && { region: 'us-east-1' }) };
  const deployment = { provider: 'one', model: VENDORS[protocol], kind: 'embeddings', inputPrice: INPUT_PRICE };
  const gateway = virtualGateway({
    config: {
      providers: { one: provider },
      deployments: { a: deployment, b: deployment },
      routes: { all: { strategy: 'ordered', deployments: ['a', 'b'] } },
      timeouts: { firstTokenMs: 1500, stallMs: 1000, deadlineMs: 3000 },
    },
    clock: time.clock,
    dial: vendor(time.clock, one, (tokens) => {
      billed += tokens;
    }),
    store: memoryStore(time.clock),
    seed: 1,
    onRecord: () => undefined,
    ports: notedUses(uses),
  });
  const caller = new AbortController();
  if (one.leavesMs !== undefined) {
    time.clock.after(one.leavesMs, () => caller.abort());
  }
  const ask = async (): Promise<void> => {
    const request = { method: 'POST', path: '/v1/embeddings', headers: { authorization: 'Bearer key' } };
    const body = JSON.stringify({ model: 'all', input: Array.from({ length: one.inputs }, () => TEXT) });
    const readBody = async (): Promise<Uint8Array> => new TextEncoder().encode(body);
    const response = await gateway({ ...request, readBody, signal: caller.signal });
    await response.afterEnd();
  };
  time.clock.after(0, () => void ask());
  await time.runUntil(1_800_000_000_000 + 60_000);
  return [uses[0], billed];
}

for (const protocol of Object.keys(VENDORS) as (keyof typeof VENDORS)[]) {
  describe(`embeddings at a vendor that speaks ${protocol}`, () => {
    it('are charged no less than is billed, however the call ends', async () => {
      await fc.assert(
        fc.asyncProperty(round, async (one) => {
          const [use, billed] = await settled(protocol, one);
          const usd = (billed * INPUT_PRICE) / 1_000_000;
          assert.ok(use !== undefined && use.usd >= usd - 1e-9, `charged ${use?.usd} of ${usd} dollars`);
        }),
        { numRuns: 60 },
      );
    });
  });
}
