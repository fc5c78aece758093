import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnswerEvent } from '../../../../../functions/gateway/core/model/answer-event.ts';
import type { UpstreamRequest } from '../../../../../functions/gateway/core/model/dial.ts';
import type { Prompt } from '../../../../../functions/gateway/core/model/prompt.ts';
import type { AnswerDecoder, Target } from '../../../../../functions/gateway/core/protocols/protocol.ts';
import '../../../../../functions/gateway/core/protocols/protocols.ts';
import { protocolAt, protocolFor } from '../../../../../functions/gateway/core/protocols/spoken-protocols.ts';
import { messagesPrompt } from '../../../../support/messages-prompt.ts';
import { promptOf } from '../../../../support/prompt-of.ts';

const BEDROCK: Target = { model: 'us.anthropic.claude-sonnet-5', vendor: 'bedrock', streaming: true };
const VERTEX: Target = { model: 'claude-sonnet-5', vendor: 'vertex', streaming: true };
const OLDER: Target = { ...BEDROCK, model: 'us.anthropic.claude-sonnet-4-20250514-v1:0' };

/** What Claude Code sends: marks, signatures, members that nobody here knows. */
const OWN = {
  system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'Look.' }] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'c2lnbmF0dXJl' },
        { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { path: 'a.txt' } },
      ],
    },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'A', cache_control: { type: 'ephemeral' } }],
    },
  ],
  tools: [{ name: 'Read', description: 'Reads.', input_schema: { type: 'object' }, defer_loading: true }],
  metadata: { user_id: 'user_1' },
  context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
  future_member: { a: 1 },
};

function encoded(
  protocol: 'bedrock' | 'anthropic',
  prompt: Prompt,
  target: Target,
): UpstreamRequest & { readonly dropped: readonly string[] } {
  const encoding = protocolFor(protocol, prompt, target).encode(prompt, target);
  assert.equal(encoding.kind, 'encoded', JSON.stringify(encoding));
  return { ...encoding.request, dropped: encoding.dropped };
}

describe('a Messages request to Claude', () => {
  it('arrives on Bedrock as it was sent, but for the model, the version and the betas', () => {
    const { body, dialect, operation, headers, dropped } = encoded('bedrock', messagesPrompt(OWN), BEDROCK);
    assert.deepEqual(body, { ...OWN, anthropic_version: 'bedrock-2023-05-31', max_tokens: 100 });
    assert.deepEqual(
      [dialect, operation, headers],
      ['anthropic-messages', 'answer-stream', { accept: 'application/vnd.amazon.eventstream' }],
    );
    assert.deepEqual(dropped, []);
  });

  it('arrives on Vertex AI as it was sent, but for the model, the version and the stream', () => {
    const { body, headers, dropped } = encoded('anthropic', messagesPrompt(OWN), VERTEX);
    assert.deepEqual(body, { ...OWN, anthropic_version: 'vertex-2023-10-16', max_tokens: 100, stream: true });
    assert.deepEqual([headers, dropped], [{}, []]);
  });

  const betas =
    'context-management-2025-06-27,advanced-tool-use-2025-11-20,interleaved-thinking-2025-05-14,claude-code-20250219,effort-2025-11-24';
  it('asks Bedrock for the betas that it takes, in the body and by their names there', () => {
    const prompt = messagesPrompt({}, { 'anthropic-beta': betas });
    assert.deepEqual(encoded('bedrock', prompt, BEDROCK).body.anthropic_beta, [
      'context-management-2025-06-27',
      'tool-search-tool-2025-10-19',
      'effort-2025-11-24',
    ]);
    assert.deepEqual(encoded('bedrock', prompt, OLDER).body.anthropic_beta, [
      'context-management-2025-06-27',
      'tool-search-tool-2025-10-19',
      'interleaved-thinking-2025-05-14',
      'effort-2025-11-24',
    ]);
  });

  it('asks Vertex AI for the betas that it takes, in the header', () => {
    const { headers, body } = encoded('anthropic', messagesPrompt({}, { 'anthropic-beta': betas }), VERTEX);
    assert.deepEqual(headers, { 'anthropic-beta': 'context-management-2025-06-27,tool-search-tool-2025-10-19' });
    assert.equal('anthropic_beta' in body, false);
  });

  it('names what only Anthropic’s own servers have', () => {
    for (const [name, target] of [
      ['bedrock', BEDROCK],
      ['anthropic', VERTEX],
    ] as const) {
      const { body, dropped } = encoded(name, messagesPrompt({ speed: 'fast', service_tier: 'auto' }), target);
      assert.deepEqual(dropped, ['speed']);
      assert.equal('speed' in body || 'service_tier' in body, false);
    }
  });

  it('is refused where leaving a member out would change who sees it', () => {
    for (const [name, target] of [
      ['bedrock', BEDROCK],
      ['anthropic', VERTEX],
    ] as const) {
      const prompt = messagesPrompt({ inference_geo: 'us' });
      const encoding = protocolFor(name, prompt, target).encode(prompt, target);
      assert.equal(encoding.kind, 'unsupported');
      assert.equal(encoding.param, 'inference_geo');
    }
  });

  it('is counted on Vertex AI with the model in its body', () => {
    const request = protocolAt('anthropic', 'vertex').countTokens?.encode(messagesPrompt({}), VERTEX);
    assert.deepEqual(request, {
      operation: 'count-tokens',
      headers: {},
      body: {
        anthropic_version: 'vertex-2023-10-16',
        model: 'claude-sonnet-5',
        messages: [{ role: 'user', content: 'Hi' }],
      },
    });
  });
});

describe('InvokeModel', () => {
  const picture = (source: object): object => ({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', source },
          { type: 'text', text: 'What is it?' },
        ],
      },
    ],
  });
  const inResult = {
    messages: [
      ...OWN.messages.slice(0, 2),
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            content: [{ type: 'image', source: { type: 'url', url: 'https://x/a.png' } }],
          },
        ],
      },
    ],
  };
  const rows: readonly (readonly [string, Prompt, Partial<Target>, string])[] = [
    ['for a Messages request to Claude', messagesPrompt(OWN), {}, 'anthropic-messages'],
    [
      'for a Claude behind an ARN that `baseModel` names',
      messagesPrompt({}),
      { model: 'arn:aws:bedrock:x/y', rules: { baseModel: 'anthropic.claude-sonnet-5' } },
      'anthropic-messages',
    ],
    [
      'for a picture in base64',
      messagesPrompt(picture({ type: 'base64', media_type: 'image/png', data: 'AAAA' })),
      {},
      'anthropic-messages',
    ],
    [
      "for Claude's tools on the caller's side",
      messagesPrompt({ tools: [{ type: 'bash_20250124', name: 'bash' }] }),
      {},
      'anthropic-messages',
    ],
    [
      'not for a picture by address, which Bedrock does not fetch',
      messagesPrompt(picture({ type: 'url', url: 'https://x/a.png' })),
      {},
      'bedrock-converse',
    ],
    ['not for one in the result of a tool', messagesPrompt(inResult), {}, 'bedrock-converse'],
    [
      'not for a tool of Anthropic’s servers',
      messagesPrompt({ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }),
      {},
      'bedrock-converse',
    ],
    ['not for another model', messagesPrompt({}), { model: 'us.amazon.nova-2-lite-v1:0' }, 'bedrock-converse'],
    ['not for callers who speak otherwise', promptOf({}), {}, 'bedrock-converse'],
    ['not where the operator says never', messagesPrompt({}), { rules: { invokeModel: false } }, 'bedrock-converse'],
  ];
  for (const [name, prompt, more, dialect] of rows) {
    it(`is used ${name}`, () => {
      assert.equal(protocolFor('bedrock', prompt, { ...BEDROCK, ...more }).dialect, dialect);
    });
  }

  it('is used for every caller where the deployment’s protocol is `anthropic`, with Amazon’s tiers as a header', () => {
    const { body, headers, dropped } = encoded('anthropic', promptOf({ service_tier: 'flex' }), {
      ...BEDROCK,
      streaming: false,
    });
    assert.equal(body.anthropic_version, 'bedrock-2023-05-31');
    assert.deepEqual(headers, { accept: 'application/json', 'x-amzn-bedrock-service-tier': 'flex' });
    assert.deepEqual(dropped, []);
  });

  it('refuses what its Claude has not, where the deployment says `anthropic`', () => {
    const prompt = messagesPrompt({ tools: [{ type: 'web_search_20250305', name: 'web_search' }] });
    const encoding = protocolFor('anthropic', prompt, BEDROCK).encode(prompt, BEDROCK);
    assert.deepEqual(encoding, {
      kind: 'unsupported',
      param: 'tools[0]',
      message: 'Claude on Bedrock has no tool web_search_20250305: leave it out.',
    });
  });
});

describe('the events of InvokeModelWithResponseStream', () => {
  const STREAM = [
    { type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 5, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Grüße' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } },
    { type: 'message_stop', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 5 } },
  ];
  const decoder = (): AnswerDecoder => protocolAt('anthropic', 'bedrock').decoder(BEDROCK);
  const chunk = (event: object) => ({
    kind: 'event' as const,
    name: 'chunk',
    data: JSON.stringify({ bytes: Buffer.from(JSON.stringify(event)).toString('base64'), p: 'abcd' }),
  });

  it('are those of the Messages API in base64', () => {
    const { event, isComplete } = decoder();
    const plain = protocolAt('anthropic', 'anthropic').decoder(BEDROCK);
    const events = STREAM.flatMap((one) => event(chunk(one)));
    assert.deepEqual(
      events,
      STREAM.flatMap((one) => plain.event({ kind: 'event', name: one.type, data: JSON.stringify(one) })),
    );
    assert.ok(JSON.stringify(events).includes('Grüße'));
    assert.equal(isComplete(), true);
  });

  it('may end in an exception, which is a failure, and nothing is read after it', () => {
    const { event, end } = decoder();
    event(chunk(STREAM[0] ?? {}));
    const broken = event({ kind: 'exception', name: 'throttlingException', data: '{"message":"Too many tokens"}' });
    assert.deepEqual(kinds(broken), ['failed:rate-limited']);
    assert.deepEqual([...event(chunk(STREAM[1] ?? {})), ...end()], []);
  });

  it('may break off, be no JSON or no base64, and are a failure then', () => {
    for (const data of ['', '{}', '{"bytes":"***"}', '{"bytes":"eyJ4"}', '[]']) {
      const { event, end } = decoder();
      assert.deepEqual(kinds([...event({ kind: 'event', name: 'chunk', data }), ...end()]), ['failed:malformed']);
    }
    const { event, end } = decoder();
    assert.deepEqual(
      kinds([...STREAM.slice(0, 3).flatMap((one) => event(chunk(one))), ...end()]).at(-1),
      'failed:truncated',
    );
  });
});

describe('an error on Vertex AI', () => {
  const { readFailure } = protocolAt('anthropic', 'vertex');
  const rows: readonly (readonly [number, object, string])[] = [
    [529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'overloaded'],
    [
      400,
      { type: 'error', error: { type: 'invalid_request_error', message: 'prompt is too long: 1 > 0' } },
      'context-exceeded',
    ],
    [429, { error: { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED' } }, 'rate-limited'],
    [403, { error: { code: 403, message: 'Permission denied', status: 'PERMISSION_DENIED' } }, 'misconfigured'],
    [404, { error: { code: 404, message: 'Publisher Model was not found', status: 'NOT_FOUND' } }, 'misconfigured'],
  ];
  for (const [status, body, kind] of rows) {
    it(`is ${kind} in the words of ${'type' in body ? 'Anthropic' : 'Google'} with ${status}`, () => {
      assert.equal(readFailure({ status, headers: {}, body: JSON.stringify(body), nowMs: 0 }).kind, kind);
    });
  }
});

describe("an error of Bedrock's OpenAI-compatible endpoint", () => {
  const { readFailure } = protocolAt('openai', 'bedrock');
  it("is read in AWS's words where AWS refuses, and in OpenAI's else", () => {
    const headers = { 'x-amzn-errortype': 'ThrottlingException:http://x' };
    assert.equal(
      readFailure({ status: 429, headers, body: '{"message":"Too many requests per day"}', nowMs: 0 }).kind,
      'rate-limited',
    );
    const said = { error: { message: 'Invalid', type: 'invalid_request_error', code: 'context_length_exceeded' } };
    assert.equal(
      readFailure({ status: 400, headers: {}, body: JSON.stringify(said), nowMs: 0 }).kind,
      'context-exceeded',
    );
  });
});

function kinds(events: readonly AnswerEvent[]): readonly string[] {
  return events.map((event) => (event.type === 'failed' ? `failed:${event.failure.kind}` : event.type));
}
