import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { RateLimitError } from 'openai';
import { dynamoDbAccounts } from '../../../functions/gateway/adapters/dynamodb/dynamodb-accounts.ts';
import { sha256Hex } from '../../../functions/gateway/adapters/key-form.ts';
import { monthOf } from '../../../functions/gateway/core/limits/account.ts';
import { type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const KEY = 'a-key-with-limits';
const PRICES = { inputPrice: 2, outputPrice: 10, reasoningPrice: 20, cachedInputPrice: 1 };
const USAGE = { inputTokens: 1_000, cachedInputTokens: 200, outputTokens: 100, reasoningTokens: 40 };
const MESSAGES = [{ role: 'user' as const, content: 'Hello' }];

const open: RunningGateway<'only'>[] = [];
after(() => Promise.all(open.map((gateway) => gateway.close())));

async function limited(limits: object, config: object = {}): Promise<RunningGateway<'only'>> {
  const gateway = await runningGateway({
    fakes: { only: 'openai' },
    deployments: { only: PRICES },
    config: { keys: [{ name: 'limited', sha256: sha256Hex(KEY), ...limits }], ...config },
  });
  open.push(gateway);
  return gateway;
}

function chat(gateway: RunningGateway<'only'>, more: object = {}) {
  const client = gateway.openai({ apiKey: KEY });
  return client.chat.completions.create({ model: 'all', messages: MESSAGES, max_tokens: 50, ...more });
}

async function spentNanoUsd(gateway: RunningGateway<'only'>): Promise<number> {
  const { client, keysTable } = gateway.dynamoDb;
  const month = monthOf(Date.now());
  const store = dynamoDbAccounts({ client, tableName: keysTable });
  return (await store.read(sha256Hex(KEY), month)).committedNanoUsd;
}

/** Resolves when a call's record and its account are written. */
async function settled(gateway: RunningGateway<'only'>, count: number): Promise<void> {
  await gateway.record(count - 1);
  for (let tries = 0; tries < 200 && (await spentNanoUsd(gateway)) === 0; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a key with limits', () => {
  it('is told how they stand, in OpenAI’s headers, streamed and plain', async () => {
    // Counts that are not known in time are not told: a busy machine needs more than the default's 100 ms.
    const limits = { storeTimeoutMs: 5_000 };
    const gateway = await limited({ requestsPerMinute: 10, tokensPerMinute: 10_000 }, { limits });
    const plain = await chat(gateway).withResponse();
    assert.equal(plain.response.headers.get('x-ratelimit-limit-requests'), '10');
    assert.equal(plain.response.headers.get('x-ratelimit-remaining-requests'), '9');
    assert.match(plain.response.headers.get('x-ratelimit-reset-requests') ?? '', /^6s$|^5\.\d+s$/);
    assert.equal(plain.response.headers.get('x-ratelimit-limit-tokens'), '10000');
    assert.ok(Number(plain.response.headers.get('x-ratelimit-remaining-tokens')) < 10_000);
    const streamed = await gateway.fetch('/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ model: 'all', messages: MESSAGES, stream: true }),
    });
    assert.equal(streamed.headers.get('x-ratelimit-remaining-requests'), '8');
    assert.match(await streamed.text(), /\[DONE\]/);
  });

  it('gets a 429 that the official client understands when they are reached, and no provider is asked', async () => {
    const gateway = await limited({ requestsPerMinute: 2 });
    await chat(gateway);
    await chat(gateway);
    const error = await rejection(chat(gateway));
    assert.ok(error instanceof RateLimitError);
    assert.equal(error.code, 'rate_limit_exceeded');
    const seconds = Number(error.headers.get('retry-after'));
    assert.ok(seconds > 0 && seconds <= 30);
    assert.equal(error.headers.get('x-ratelimit-remaining-requests'), '0');
    assert.equal(gateway.fakes.only.requests.length, 2);
    assert.equal((await gateway.record(2)).keyName, 'limited');
  });

  it('waits as told with the client’s own retries, and gets its answer', async () => {
    const gateway = await limited({ requestsPerMinute: 60 });
    const answers = await Promise.all(Array.from({ length: 61 }, () => retried(gateway)));
    assert.equal(answers.length, 61);
  });

  it('gets insufficient_quota when its money is spent', async () => {
    const gateway = await limited({ usdPerMonth: 0.0001 });
    gateway.fakes.only.byDefault({ kind: 'answer', usage: { inputTokens: 100, outputTokens: 10 } });
    await chat(gateway);
    await settled(gateway, 1);
    const error = await rejection(chat(gateway));
    assert.ok(error instanceof RateLimitError);
    assert.deepEqual([error.code, error.type], ['insufficient_quota', 'insufficient_quota']);
    assert.equal(error.headers.get('x-should-retry'), 'false');
  });

  it('is charged to the billionth what the configured prices say', async () => {
    const gateway = await limited({});
    gateway.fakes.only.byDefault({ kind: 'answer', usage: USAGE });
    await chat(gateway);
    await settled(gateway, 1);
    assert.equal(await spentNanoUsd(gateway), 800 * 2_000 + 200 * 1_000 + 60 * 10_000 + 40 * 20_000);
  });

  for (const usage of [undefined, { prompt_tokens: -9_000, completion_tokens: -9_000, total_tokens: -18_000 }]) {
    it(`pays for an answer whose vendor tells ${usage === undefined ? 'no usage' : 'what cannot be'}`, async () => {
      const gateway = await limited({});
      const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' };
      const said = [
        { ...chunk, choices: [{ index: 0, delta: { content: 'x'.repeat(400) }, finish_reason: null }] },
        { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage },
      ];
      const pieces = [...said.map((event) => `data: ${JSON.stringify(event)}\n\n`), 'data: [DONE]\n\n'];
      gateway.fakes.only.byDefault({ kind: 'raw', pieces });
      const answer = await chat(gateway);
      assert.equal(answer.usage, undefined);
      await settled(gateway, 1);
      const { usedTokens = 0, attempts } = await gateway.record(0);
      assert.ok(usedTokens > 200, String(usedTokens));
      assert.equal(attempts[0]?.isCostEstimate, true);
      const spent = await spentNanoUsd(gateway);
      assert.ok(spent > 200 * 10_000 && spent < usedTokens * 10_000, String(spent));
    });
  }

  it('is not counted for what it asks wrongly', async () => {
    const gateway = await limited({ requestsPerMinute: 1 });
    await assert.rejects(chat(gateway, { model: 'nobody' }));
    await assert.rejects(chat(gateway, { temperature: 'hot' }));
    await chat(gateway);
  });

  it('may ask for its models only', async () => {
    const gateway = await limited({ models: ['all'] });
    await chat(gateway);
    const error = await rejection(chat(gateway, { model: 'only/fake-model' }));
    assert.match(error.message, /does not exist, or this key may not use it. It may use: all\./);
  });

  it('ends when it expires', async () => {
    const gateway = await limited({ expiresAt: '2020-01-01T00:00:00Z' });
    const error = await rejection(chat(gateway));
    assert.match(error.message, /not known here/);
  });
});

async function rejection(call: PromiseLike<unknown>): Promise<Error> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
  return assert.fail('It was let in.');
}

function retried(gateway: RunningGateway<'only'>): Promise<unknown> {
  const client = gateway.openai({ apiKey: KEY, maxRetries: 5 });
  return client.chat.completions.create({ model: 'all', messages: MESSAGES, max_tokens: 5 });
}
