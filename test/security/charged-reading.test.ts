import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Use } from '../../functions/gateway/core/limits/settlement-ledger.ts';
import type { Clock } from '../../functions/gateway/core/model/clock.ts';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { virtualTime } from '../bench/routing/virtual-time.ts';
import { virtualGateway } from '../faults/support/virtual-fleet.ts';
import { notedUses } from './support/noted-uses.ts';
import { readToTheEnd } from './support/read-to-the-end.ts';

/**
 * What a vendor's own tools read is billed as a part of the prompt, and told at the answer's end. Who leaves before that is charged for all
 * that the model can read, once a tool is at work or where nothing shows whether one is.
 */

const START_MS = 1_800_000_000_000;
const WINDOW = 128_000;
/** What the tool has found, in tokens. */
const READ = 60_000;
const LEAVES_MS = 1500;

interface Case {
  readonly protocol: ProtocolName;
  readonly path: string;
  readonly body: object;
  /** The vendor's events, by when they come. */
  readonly events: readonly (readonly [atMs: number, event: object])[];
}

const ASKED = [{ role: 'user', content: 'Search.' }];

function messages(tool: object, begins: object, more: object = {}): Case {
  const usage = { input_tokens: 10, output_tokens: 1 };
  return {
    protocol: 'anthropic',
    path: '/v1/messages',
    body: { max_tokens: 50, messages: ASKED, ...(Object.keys(tool).length > 0 && { tools: [tool] }), ...more },
    events: [
      [10, { type: 'message_start', message: { id: 'm', model: 'm', content: [], usage } }],
      [1000, { type: 'content_block_start', index: 0, content_block: begins }],
      [1000, { type: 'content_block_stop', index: 0 }],
      [3000, { type: 'content_block_start', index: 1, content_block: { type: 'text', text: 'Found.' } }],
      [3000, { type: 'content_block_stop', index: 1 }],
      [
        3000,
        { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { input_tokens: READ, output_tokens: 9 } },
      ],
      [3000, { type: 'message_stop' }],
    ],
  };
}

function responses(tool: object, item: object): Case {
  const usage = { input_tokens: READ, output_tokens: 9, total_tokens: READ + 9 };
  const made = { id: 'r', model: 'm', object: 'response', created_at: 1, output: [] };
  return {
    protocol: 'openai-responses',
    path: '/v1/responses',
    body: { max_output_tokens: 50, input: 'Search.', tools: [tool] },
    events: [
      [10, { type: 'response.created', response: { ...made, status: 'in_progress' } }],
      [1000, { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress' } }],
      [1000, { type: 'response.output_item.done', output_index: 0, item: { ...item, status: 'completed' } }],
      [3000, { type: 'response.completed', response: { ...made, status: 'completed', output: [item], usage } }],
    ],
  };
}

function chat(members: object): Case {
  const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' };
  return {
    protocol: 'openai',
    path: '/v1/chat/completions',
    body: { max_tokens: 50, messages: ASKED, ...members },
    events: [
      [10, { ...chunk, choices: [{ index: 0, delta: { role: 'assistant', content: 'I' }, finish_reason: null }] }],
      [3000, { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }],
      [3000, { ...chunk, choices: [], usage: { prompt_tokens: READ, completion_tokens: 9, total_tokens: READ + 9 } }],
    ],
  };
}

const serverTool = (name: string): object => ({ type: 'server_tool_use', id: 'srvtoolu_1', name, input: {} });

const READING: Readonly<Record<string, Case>> = {
  'a search in Messages': messages({ type: 'web_search_20250305', name: 'web_search' }, serverTool('web_search')),
  'a fetched page in Messages': messages({ type: 'web_fetch_20250910', name: 'web_fetch' }, serverTool('web_fetch')),
  'a search in Responses': responses({ type: 'web_search' }, { type: 'web_search_call', id: 'ws_1' }),
  'a file store in Responses': responses(
    { type: 'file_search', vector_store_ids: ['vs_1'] },
    { type: 'file_search_call', id: 'fs_1', queries: ['a'] },
  ),
  'a search in chat': chat({ web_search_options: {} }),
};

async function charged({ protocol, path, body, events }: Case, leavesMs: number): Promise<Use> {
  const time = virtualTime(START_MS);
  const uses: Use[] = [];
  const gateway = virtualGateway({
    config: {
      providers: {
        one: {
          protocol,
          baseUrl: protocol === 'openai' ? 'https://api.openai.com/v1' : 'http://v.test/v1',
          passMembers: ['vector_store_ids'],
        },
      },
      deployments: { a: { provider: 'one', model: 'model', contextWindow: WINDOW, inputPrice: 2, outputPrice: 10 } },
    },
    clock: time.clock,
    dial: saying(time.clock, events),
    store: memoryStore(time.clock),
    seed: 1,
    onRecord: () => undefined,
    ports: notedUses(uses),
  });
  const caller = new AbortController();
  time.clock.after(leavesMs, () => caller.abort());
  const bytes = new TextEncoder().encode(JSON.stringify({ model: 'a', stream: true, ...body }));
  const headers = { authorization: 'Bearer key' };
  const request = { method: 'POST', path, headers, readBody: async () => bytes, signal: caller.signal };
  time.clock.after(0, () => void gateway(request).then(readToTheEnd));
  await time.runUntil(START_MS + 60_000);
  const [use] = uses;
  assert.ok(use !== undefined);
  return use;
}

function saying(clock: Clock, events: Case['events']): Dial {
  return async ({ signal }) => ({ kind: 'answered', status: 200, headers: {}, body: body(clock, events, signal) });
}

async function* body(clock: Clock, events: Case['events'], signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const beganMs = clock.nowMs();
  for (const [atMs, event] of events) {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
      clock.after(beganMs + atMs - clock.nowMs(), resolve);
    });
    if (signal.aborted) {
      throw new Error('It was stopped.');
    }
    yield Buffer.from(`data: ${JSON.stringify(event)}\n\n`);
  }
}

describe('who leaves while the vendor reads for itself', () => {
  for (const [what, one] of Object.entries(READING)) {
    it(`is charged for all that ${what} can have found`, async () => {
      const { tokens } = await charged(one, LEAVES_MS);
      assert.ok(tokens >= READ && tokens >= WINDOW, String(tokens));
    });

    it(`is charged what the vendor tells of ${what} where he stays`, async () => {
      const { tokens } = await charged(one, 10_000);
      assert.ok(tokens >= READ && tokens < WINDOW, String(tokens));
    });
  }
});

describe('who leaves before the vendor has begun to read', () => {
  for (const [what, one] of Object.entries(READING).filter(([, { protocol }]) => protocol !== 'openai')) {
    it(`is charged by the length of the prompt for ${what}`, async () => {
      const { tokens } = await charged(one, LEAVES_MS / 3);
      assert.ok(tokens < 2000, String(tokens));
    });
  }

  it('is charged by the length of the prompt for tools that the caller carries out', async () => {
    const bash = { type: 'bash_20250124', name: 'bash' };
    const own = messages(bash, { type: 'tool_use', id: 'toolu_1', name: 'bash', input: {} });
    assert.ok((await charged(own, LEAVES_MS)).tokens < 2000);
  });
});
