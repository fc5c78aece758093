import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyLimiter } from '../../functions/gateway/core/limits/key-limiter.ts';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import type { LimitSettings } from '../../functions/gateway/core/model/key-limits.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { type VirtualTime, virtualTime } from '../bench/routing/virtual-time.ts';
import { virtualGateway } from '../faults/support/virtual-fleet.ts';
import { memoryAccounts } from '../support/memory-accounts.ts';
import { readToTheEnd } from './support/read-to-the-end.ts';

/** What a key of a few cents may cost its operator, however many calls it sends at once and however little they say of the answer's length. */

/** 2027-01-15. */
const START_MS = 1_800_000_000_000;
const MONTH = '2027-01';
const LIMIT_USD = 0.05;
const ANSWER_TOKENS = 64_000;
const OUTPUT_PRICE = 10;
const CALLS = 60;
const ACCOUNT = 'a'.repeat(64);
const SETTINGS: LimitSettings = {
  storeTimeoutMs: 100,
  whenUnavailable: 'allow',
  localShare: 0.1,
  callsAtOnce: 500,
  assumedOutputTokens: 1000,
};

interface Shop {
  /** Sends one request and gives its status when all of it has ended. */
  readonly ask: (path: string, body: object) => Promise<number>;
  readonly time: VirtualTime;
  readonly spentUsd: () => number;
}

/** A gateway whose vendor bills answers of `tokens`, each a second after it was asked. */
function shop(tokens: number): Shop {
  const time = virtualTime(START_MS);
  const { clock } = time;
  const accounts = memoryAccounts({ clock });
  const limiter = keyLimiter({ settings: SETTINGS, store: accounts.store, clock, onStoreError: assert.fail });
  const gateway = virtualGateway({
    config: {
      providers: { one: { protocol: 'openai', baseUrl: 'http://v.test/v1' } },
      deployments: {
        a: {
          ...{ provider: 'one', model: 'model', contextWindow: 128_000, maxOutputTokens: ANSWER_TOKENS },
          ...{ inputPrice: 2, outputPrice: OUTPUT_PRICE },
        },
      },
    },
    clock,
    dial: billing(time, tokens),
    store: memoryStore(clock),
    seed: 1,
    onRecord: () => undefined,
    ports: {
      authenticate: async () => ({ name: 'key', account: ACCOUNT, limits: { usdPerMonth: LIMIT_USD } }),
      keyLimiter: limiter,
    },
  });
  const ask: Shop['ask'] = async (path, body) => {
    const response = await gateway({
      method: 'POST',
      path,
      headers: { authorization: 'Bearer key' },
      readBody: async () => Buffer.from(JSON.stringify({ model: 'a', ...body })),
      signal: new AbortController().signal,
    });
    await readToTheEnd(response);
    return response.status;
  };
  return { ask, time, spentUsd: () => accounts.money(ACCOUNT, MONTH).spent / 1e9 };
}

function billing({ clock }: VirtualTime, tokens: number): Dial {
  return async ({ request }) => {
    await new Promise<void>((resolve) => void clock.after(1000, resolve));
    const { n = 1 } = request.body as { readonly n?: number };
    const choices = Array.from({ length: n }, (_, index) => ({
      index,
      message: { role: 'assistant', content: 'Hello' },
      finish_reason: 'stop',
    }));
    const usage = { prompt_tokens: 10, completion_tokens: n * tokens, total_tokens: 10 + n * tokens };
    const answer = { id: 'c', object: 'chat.completion', created: 1, model: 'model', choices, usage };
    return { kind: 'answered', status: 200, headers: { 'content-type': 'application/json' }, body: said(answer) };
  };
}

async function* said(answer: object): AsyncGenerator<Uint8Array> {
  yield Buffer.from(JSON.stringify(answer));
}

const TEXT = { messages: [{ role: 'user', content: 'Hello' }] };
const IMAGE = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
/** Requests that say nothing of the answer's length, and how many answers each asks for. */
const REQUESTS: readonly (readonly [string, string, object, number])[] = [
  ['chat', '/v1/chat/completions', TEXT, 1],
  ['several answers of a chat', '/v1/chat/completions', { ...TEXT, n: 4 }, 4],
  ['an image in a chat', '/v1/chat/completions', { messages: [{ role: 'user', content: [IMAGE] }] }, 1],
  ['a chat that searches the web', '/v1/chat/completions', { ...TEXT, web_search_options: {} }, 1],
  ['Responses', '/v1/responses', { input: 'Hello' }, 1],
  ['completions', '/v1/completions', { prompt: 'Hello' }, 1],
];

describe(`a key of ${LIMIT_USD} dollars that sends ${CALLS} calls at once and says nothing of the answer's length`, () => {
  for (const [what, path, body, answers] of REQUESTS) {
    it(`is charged one call's cost at the most: ${what}`, async () => {
      const { ask, time, spentUsd } = shop(ANSWER_TOKENS);
      const statuses: number[] = [];
      for (let call = 0; call < CALLS; call += 1) {
        time.clock.after(0, () => void ask(path, body).then((status) => statuses.push(status)));
      }
      await time.runUntil(START_MS + 10_000);
      assert.equal(statuses.length, CALLS);
      // The prompt and the fee of a search are less than a tenth of the answer.
      const oneCallUsd = (answers * ANSWER_TOKENS * OUTPUT_PRICE * 1.1) / 1_000_000;
      assert.ok(spentUsd() > 0 && spentUsd() <= oneCallUsd, `charged ${spentUsd()} of ${oneCallUsd}`);
      assert.equal(statuses.filter((status) => status === 200).length, 1);
    });
  }
});

describe('a key with less left than the longest answer costs', () => {
  it('is served call by call until its dollars are spent', async () => {
    const { ask, time, spentUsd } = shop(500);
    const statuses: number[] = [];
    const askOnAndOn = async (): Promise<void> => {
      while (statuses.at(-1) !== 429 && statuses.length < 100) {
        statuses.push(await ask('/v1/chat/completions', TEXT));
      }
    };
    time.clock.after(0, () => void askOnAndOn());
    await time.runUntil(START_MS + 100_000);
    const costUsd = (500 * OUTPUT_PRICE + 10 * 2) / 1_000_000;
    assert.equal(statuses.filter((status) => status === 200).length, Math.ceil(LIMIT_USD / costUsd));
    assert.ok(spentUsd() >= LIMIT_USD && spentUsd() < LIMIT_USD + costUsd, String(spentUsd()));
  });
});
