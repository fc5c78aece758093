import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Use } from '../../functions/gateway/core/limits/settlement-ledger.ts';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { virtualTime } from '../bench/routing/virtual-time.ts';
import { virtualGateway } from '../faults/support/virtual-fleet.ts';
import { type Bill, billingVendor } from './support/billing-vendor.ts';
import { notedUses } from './support/noted-uses.ts';
import { readToTheEnd } from './support/read-to-the-end.ts';

/** Their first event says what they have read: that is charged. */
const TELL_FIRST: ReadonlySet<ProtocolName> = new Set(['anthropic', 'gemini']);
const START_MS = 1_800_000_000_000;
const WINDOW = 128_000;
const PDF = 'JVBERi0xLjQKJeLjz9MK';
const MP3 = 'SUQzBAAAAAAAI1RTU0U=';
const WAV = 'UklGRiQAAABXQVZF';
const PNG = 'iVBORw0KGgoAAAANSUhEUg==';
/** What OpenAI's guide to images says that its smallest model of 2024 bills for one of 1024 by 1024. */
const BILLED_FOR_AN_IMAGE = 25_501;
const QUIET = { headersMs: 10, wordMs: 100, words: 40, thoughtsPerSecond: 0, afterWords: 0, bytesPerToken: 4 };

/** Files whose length only the vendor knows, as each API says them. */
const FILES: readonly (readonly [string, string, object])[] = [
  [
    'a PDF in chat',
    '/v1/chat/completions',
    {
      messages: [
        { role: 'user', content: [chatFile({ file_data: `data:application/pdf;base64,${PDF}`, filename: 'a.pdf' })] },
      ],
    },
  ],
  [
    'an uploaded file in chat',
    '/v1/chat/completions',
    { messages: [{ role: 'user', content: [chatFile({ file_id: 'file-1' })] }] },
  ],
  [
    'a PDF in Responses',
    '/v1/responses',
    input({ type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` }),
  ],
  ['an uploaded file in Responses', '/v1/responses', input({ type: 'input_file', file_id: 'file-1' })],
  [
    'a file behind an address in Responses',
    '/v1/responses',
    input({ type: 'input_file', file_url: 'https://example.com/a.pdf' }),
  ],
  ['a prompt kept at the vendor', '/v1/responses', { input: 'Go on.', prompt: { id: 'pmpt_1' } }],
  [
    'a PDF in Messages',
    '/v1/messages',
    {
      max_tokens: 500,
      messages: [
        {
          role: 'user',
          content: [{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: PDF } }],
        },
      ],
    },
  ],
  [
    'a PDF in the result of a tool',
    '/v1/messages',
    {
      max_tokens: 500,
      messages: [
        { role: 'user', content: 'Go.' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'f', input: {} }] },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'c1',
              content: [{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: PDF } }],
            },
          ],
        },
      ],
    },
  ],
];

/** Recordings whose bytes do not tell how long they last. */
const RECORDINGS: readonly (readonly [string, string, object])[] = [
  ['a compressed recording in chat', '/v1/chat/completions', userParts(recording(MP3, 'mp3'))],
  ['a compressed recording that is said to be a WAV file', '/v1/chat/completions', userParts(recording(MP3, 'wav'))],
  ['a compressed recording in Responses', '/v1/responses', input(recording(MP3, 'mp3'))],
];

/** Images, as each API says them. */
const IMAGES: readonly (readonly [string, string, object])[] = [
  [
    'an image in chat',
    '/v1/chat/completions',
    userParts({ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }),
  ],
  [
    'an image behind an address in chat',
    '/v1/chat/completions',
    userParts({ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }),
  ],
  ['an image in Responses', '/v1/responses', input({ type: 'input_image', image_url: `data:image/png;base64,${PNG}` })],
  [
    'an image in Messages',
    '/v1/messages',
    userParts({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }),
  ],
];

function recording(data: string, format: string): object {
  return { type: 'input_audio', input_audio: { data, format } };
}

function userParts(part: object): object {
  return { messages: [{ role: 'user', content: [part] }], max_tokens: 500 };
}

function chatFile(file: object): object {
  return { type: 'file', file };
}

function input(file: object): object {
  return { input: [{ role: 'user', content: [{ type: 'input_text', text: 'Read it.' }, file] }] };
}

async function usesOf(
  protocol: ProtocolName,
  path: string,
  body: object,
): Promise<{ readonly uses: readonly Use[]; readonly bills: readonly Bill[] }> {
  const time = virtualTime(START_MS);
  const uses: Use[] = [];
  const { dial, bills } = billingVendor(time.clock, [{ ...QUIET, does: 'finishes', tellsUsage: false }]);
  const gateway = virtualGateway({
    config: {
      providers: {
        one: {
          protocol,
          baseUrl: 'http://v.test/v1',
          passMembers: ['file_id', 'prompt'],
          ...(protocol === 'bedrock' && { region: 'us-east-1' }),
        },
      },
      deployments: { a: { provider: 'one', model: 'model', contextWindow: WINDOW, inputPrice: 2, outputPrice: 10 } },
      routes: { all: { strategy: 'ordered', deployments: ['a'] } },
    },
    clock: time.clock,
    dial,
    store: memoryStore(time.clock),
    seed: 1,
    onRecord: () => undefined,
    ports: notedUses(uses),
  });
  const caller = new AbortController();
  time.clock.after(1500, () => caller.abort());
  const bytes = new TextEncoder().encode(JSON.stringify({ model: 'all', stream: true, ...body }));
  const headers = { authorization: 'Bearer key' };
  const request = { method: 'POST', path, headers, readBody: async () => bytes, signal: caller.signal };
  time.clock.after(0, () => void gateway(request).then(readToTheEnd));
  await time.runUntil(START_MS + 60_000);
  return { uses, bills };
}

for (const protocol of ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'] as const) {
  describe(`a caller who leaves a vendor that speaks ${protocol} in mid-answer`, () => {
    for (const [what, path, body] of [...FILES, ...RECORDINGS]) {
      it(`is charged for all that ${what} can come to, where it has been sent`, async () => {
        const { uses, bills } = await usesOf(protocol, path, body);
        const [bill] = bills;
        const least = TELL_FIRST.has(protocol) ? (bill?.input ?? 0) : WINDOW;
        assert.ok(bill === undefined || (uses[0]?.tokens ?? 0) >= least, `charged ${uses[0]?.tokens} tokens`);
      });
    }

    for (const [what, path, body] of IMAGES) {
      it(`is charged for the most that ${what} can come to, where it has been sent`, async () => {
        const { uses, bills } = await usesOf(protocol, path, body);
        const [bill] = bills;
        const least = TELL_FIRST.has(protocol) ? (bill?.input ?? 0) : BILLED_FOR_AN_IMAGE;
        const { tokens = 0 } = uses[0] ?? {};
        assert.ok(bill === undefined || (tokens >= least && tokens < WINDOW), `charged ${tokens} tokens`);
      });
    }

    it('is charged for samples of sound by their length', async () => {
      const { uses } = await usesOf(protocol, '/v1/chat/completions', userParts(recording(WAV, 'wav')));
      assert.ok((uses[0]?.tokens ?? 0) < WINDOW, `charged ${uses[0]?.tokens} tokens`);
    });

    it('is charged for a text by its length', async () => {
      const text = { messages: [{ role: 'user', content: 'Go.' }], max_tokens: 500 };
      const { uses, bills } = await usesOf(protocol, '/v1/chat/completions', text);
      assert.equal(bills.length, 1);
      assert.ok((uses[0]?.tokens ?? WINDOW) < 1000, `charged ${uses[0]?.tokens} tokens`);
    });
  });
}
