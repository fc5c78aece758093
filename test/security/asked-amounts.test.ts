import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Demand } from '../../functions/gateway/core/limits/reserve.ts';
import { AMOUNT_MEMBERS } from '../../functions/gateway/core/model/operator-members.ts';
import { isJsonObject, type JsonObject } from '../../functions/gateway/core/wire/json.ts';
import fc from '../support/property.ts';
import { EVERY_PROTOCOL, modelAt, type ProtocolGateway, protocolGateway } from './support/every-protocol.ts';
import { SURFACE_FORMS } from './support/surface-forms.ts';

/**
 * However a caller says how many answers of what length it wants: a vendor is asked for no more than what is reserved in the key's account, on
 * every surface and protocol.
 */

/** Every server's name for the most tokens of an answer, and for the number of answers. */
const COUNTS = AMOUNT_MEMBERS.filter((name) => /^n$|num_(choices|ret|gen|sam)|candidate/.test(name));
const LIMITS = AMOUNT_MEMBERS.filter((name) => !COUNTS.includes(name));
const VENDORS_COUNTS = new Set([...COUNTS, 'candidateCount']);
const VENDORS_LIMITS = new Set([...LIMITS, 'maxOutputTokens', 'maxTokens']);

const asked = fc.record({
  counts: fc.dictionary(fc.constantFrom(...COUNTS), fc.integer({ min: 1, max: 128 }), { maxKeys: 3 }),
  limits: fc.dictionary(fc.constantFrom(...LIMITS), fc.integer({ min: 1, max: 90_000 }), { maxKeys: 4 }),
  stream: fc.boolean(),
});

/** The largest number under one of these names, wherever it stands. */
function largest(value: unknown, names: ReadonlySet<string>): number | undefined {
  if (!isJsonObject(value)) {
    return undefined;
  }
  const found = Object.entries(value).flatMap(([name, inner]) => {
    const number = names.has(name) && typeof inner === 'number' ? inner : largest(inner, names);
    return number === undefined ? [] : [number];
  });
  return found.length === 0 ? undefined : Math.max(...found);
}

function tokensAskedFor(body: JsonObject): number {
  return (largest(body, VENDORS_LIMITS) ?? 0) * (largest(body, VENDORS_COUNTS) ?? 1);
}

function countingGateway(
  protocol: (typeof EVERY_PROTOCOL)[number],
): ProtocolGateway & { readonly demands: readonly Demand[] } {
  const demands: Demand[] = [];
  const gateway = protocolGateway(protocol, {
    ports: {
      authenticate: async () => ({ name: 'key', account: 'a'.repeat(64), limits: { tokensPerMinute: 1 } }),
      keyLimiter: {
        refusal: () => undefined,
        admit: async (_, demand) => {
          demands.push(demand);
          return { kind: 'admitted', headers: {}, settle: async () => undefined };
        },
        noteSpent: async () => undefined,
        close: async () => undefined,
      },
    },
  });
  return { ...gateway, demands };
}

for (const form of SURFACE_FORMS.filter(({ name }) => name !== 'count_tokens')) {
  for (const protocol of EVERY_PROTOCOL) {
    describe(`${form.name} at a vendor that speaks ${protocol}`, () => {
      it('asks for no more than what is reserved, under whatever names', async () => {
        const gateway = countingGateway(protocol);
        await fc.assert(
          fc.asyncProperty(asked, async ({ counts, limits, stream }) => {
            const before = gateway.sent.length;
            // Without a limit of the caller's the settings say what is reserved, and no vendor is asked for a length by the caller.
            const own = { [form.name === 'responses' ? 'max_output_tokens' : 'max_tokens']: 70 };
            const members = { ...own, ...counts, ...limits, ...(form.name !== 'embeddings' && { stream }) };
            await gateway.ask(form.path, JSON.stringify(form.body(modelAt(form.path), { members })));
            const [sent] = gateway.sent.slice(before);
            const { tokens = 0 } = gateway.demands.at(-1) ?? {};
            assert.ok(
              sent === undefined || tokensAskedFor(sent) <= tokens,
              `${JSON.stringify(sent)} of ${tokens} tokens`,
            );
          }),
          { numRuns: 60 },
        );
      });
    });
  }
}

describe('the names for how much is asked for', () => {
  it('reach a vendor where the body is its own', async () => {
    const gateway = countingGateway('openai');
    const [form] = SURFACE_FORMS;
    await gateway.ask(
      form!.path,
      JSON.stringify(form!.body('all', { members: { n: 3, max_tokens: 50, num_predict: 9 } })),
    );
    const [sent = {}] = gateway.sent;
    assert.deepEqual([sent.n, sent.max_tokens, 'num_predict' in sent], [3, 50, false]);
    assert.equal(tokensAskedFor(sent), 150);
  });
});
