import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemClock } from '../../functions/gateway/adapters/system-clock.ts';
import type { Use } from '../../functions/gateway/core/limits/settlement-ledger.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { virtualGateway } from '../faults/support/virtual-fleet.ts';
import { notedUses } from './support/noted-uses.ts';

/** What Anthropic's search of the web costs beside its tokens, a search. */
const SEARCH_USD = 0.01;

const SEARCH = [
  {
    type: 'message_start',
    message: { id: 'm', model: 'm', content: [], usage: { input_tokens: 10, output_tokens: 1 } },
  },
  ...[0, 1].flatMap((index) => [
    {
      type: 'content_block_start',
      index,
      content_block: { type: 'server_tool_use', id: `s${index}`, name: 'web_search', input: {} },
    },
    { type: 'content_block_stop', index },
  ]),
];
const ENDING = [
  { type: 'content_block_start', index: 2, content_block: { type: 'text', text: 'Found.' } },
  { type: 'content_block_stop', index: 2 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } },
  { type: 'message_stop' },
];

function bytesOf(events: readonly { readonly type: string }[]): Uint8Array {
  return Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
}

for (const [how, breaks] of [
  ['is whole', false],
  ['breaks off', true],
] as const) {
  it(`two searches that a vendor makes by itself are charged where the answer ${how}`, async () => {
    const uses: Use[] = [];
    const provider = { protocol: 'anthropic', baseUrl: 'http://v.test/v1' };
    // A small window: what the searches have read is charged by it.
    const deployment = { provider: 'one', model: 'm', contextWindow: 1000, inputPrice: 1, outputPrice: 5 };
    const gateway = virtualGateway({
      config: { providers: { one: provider }, deployments: { a: deployment } },
      clock: systemClock,
      dial: async () => ({ kind: 'answered', status: 200, headers: {}, body: answer(breaks) }),
      store: memoryStore(systemClock),
      seed: 1,
      onRecord: () => undefined,
      ports: notedUses(uses),
    });
    const tools = [{ type: 'web_search_20250305', name: 'web_search' }];
    const messages = [{ role: 'user', content: 'Search.' }];
    const body = JSON.stringify({ model: 'a', max_tokens: 50, stream: true, messages, tools });
    const response = await gateway({
      method: 'POST',
      path: '/v1/messages',
      headers: { authorization: 'Bearer key' },
      readBody: async () => Buffer.from(body),
      signal: new AbortController().signal,
    });
    for await (const _ of typeof response.body === 'string' ? [] : response.body) {
      // To the end.
    }
    await response.afterEnd();
    const [{ usd } = { usd: 0 }] = uses;
    assert.ok(usd >= 2 * SEARCH_USD && usd <= 2 * SEARCH_USD * 3, `${usd}`);
  });
}

async function* answer(breaks: boolean): AsyncGenerator<Uint8Array> {
  yield bytesOf(SEARCH);
  if (breaks) {
    throw Object.assign(new Error('The connection broke.'), { code: 'ECONNRESET' });
  }
  yield bytesOf(ENDING);
}
