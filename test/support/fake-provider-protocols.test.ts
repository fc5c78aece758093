import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { amazonEventStreamParser } from '../../functions/gateway/core/wire/amazon-event-stream.ts';
import { sseParser } from '../../functions/gateway/core/wire/sse-parser.ts';
import type { WireEvent } from '../../functions/gateway/core/wire/wire-event.ts';
import { type FakeProvider, startFakeProvider } from './fake-provider.ts';
import type { Step } from './fake-provider-step.ts';
import { chatCall } from './vendor-calls.ts';

/** What a step looks like in each protocol: the events of a stream, a status and a body. */
interface Look {
  readonly protocol: ProtocolName;
  /** `name` of each event of an answer with two chunks of text; for vendors without names, what marks the event. */
  readonly answer: readonly (string | RegExp)[];
  readonly toolCall: RegExp;
  readonly rateLimited: { readonly status: number; readonly body: RegExp };
  readonly contextExceeded: { readonly status: number; readonly body: RegExp };
  readonly errorEvent: { readonly kind: WireEvent['kind']; readonly name: string; readonly data: RegExp };
}

const LOOKS: readonly Look[] = [
  {
    protocol: 'openai',
    answer: [
      /"role":"assistant"/,
      /"content":"one"/,
      /"content":"two"/,
      /"finish_reason":"stop"/,
      /"choices":\[\]/,
      '[DONE]',
    ],
    toolCall: /"index":0,"id":"call_fake\d+","type":"function","function":\{"name":"look","arguments":""\}/,
    rateLimited: { status: 429, body: /"code": "rate_limit_exceeded"/ },
    contextExceeded: { status: 400, body: /"code": "context_length_exceeded"/ },
    errorEvent: { kind: 'event', name: 'message', data: /^\{"error":\{.*"code":"server_is_overloaded"/ },
  },
  {
    protocol: 'anthropic',
    answer: [
      'message_start',
      'content_block_start',
      'ping',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ],
    toolCall: /"type":"tool_use","id":"toolu_fake\d+","name":"look","input":\{\}/,
    rateLimited: { status: 429, body: /"rate_limit_error"/ },
    contextExceeded: { status: 400, body: /prompt is too long/ },
    errorEvent: { kind: 'event', name: 'error', data: /"overloaded_error"/ },
  },
  {
    protocol: 'gemini',
    answer: [/"text":"one"/, /"text":"two"/, /"finishReason":"STOP"/],
    toolCall: /"functionCall":\{"name":"look","args":\{"at":1\}\}/,
    rateLimited: { status: 429, body: /"retryDelay": "34.4s"/ },
    contextExceeded: { status: 400, body: /exceeds the maximum number of tokens/ },
    errorEvent: { kind: 'event', name: 'message', data: /"UNAVAILABLE"/ },
  },
  {
    protocol: 'bedrock',
    answer: ['messageStart', 'contentBlockDelta', 'contentBlockDelta', 'contentBlockStop', 'messageStop', 'metadata'],
    toolCall: /"toolUse":\{"name":"look","toolUseId":"tooluse_fake\d+"\}/,
    rateLimited: { status: 429, body: /Too many requests/ },
    contextExceeded: { status: 400, body: /Input is too long/ },
    errorEvent: { kind: 'exception', name: 'serviceUnavailableException', data: /unable to process/ },
  },
];

for (const look of LOOKS) {
  const { protocol } = look;
  describe(`a fake that speaks ${protocol}`, () => {
    let fake: FakeProvider;
    before(async () => {
      fake = await startFakeProvider(protocol);
    });
    after(() => fake.close());

    function ask(step: Step, streaming = true): Promise<Response> {
      const { path, headers, body } = chatCall(protocol, { streaming, model: 'some.model:1' });
      fake.script(step);
      return fetch(fake.baseUrl + path, { method: 'POST', headers, body: JSON.stringify(body) });
    }

    async function eventsOf(step: Step): Promise<readonly WireEvent[]> {
      const parser = protocol === 'bedrock' ? amazonEventStreamParser() : sseParser();
      const bytes = new Uint8Array(await (await ask(step)).arrayBuffer());
      return [...parser.push(bytes), ...parser.end()];
    }

    it('streams an answer in the events of its vendor', async () => {
      const events = await eventsOf({ kind: 'answer', chunks: ['one', 'two'] });
      assert.equal(events.length, look.answer.length);
      for (const [index, expected] of look.answer.entries()) {
        const { name, data } = events[index]!;
        typeof expected === 'string' ? assert.ok([name, data].includes(expected)) : assert.match(data, expected);
      }
    });

    it('says the same in one body', async () => {
      const body = await (await ask({ kind: 'answer', text: 'one two', reasoning: ['hm'] }, false)).json();
      assert.match(JSON.stringify(body), /"one two"/);
      assert.match(JSON.stringify(body), /"hm"/);
    });

    it('calls a tool', async () => {
      const step: Step = { kind: 'tool-call', calls: [{ name: 'look', arguments: '{"at":1}' }] };
      const events = await eventsOf(step);
      assert.ok(events.some((event) => look.toolCall.test(event.data)));
    });

    it('refuses in the words of its vendor', async () => {
      for (const meaning of ['rate-limited', 'context-exceeded'] as const) {
        const expected = meaning === 'rate-limited' ? look.rateLimited : look.contextExceeded;
        const response = await ask({ kind: 'status', meaning });
        assert.equal(response.status, expected.status);
        assert.match(await response.text(), expected.body);
      }
    });

    it('sends the error event of its vendor in the middle of a stream', async () => {
      const events = await eventsOf({ kind: 'error-event', afterChunks: 1, meaning: 'overloaded' });
      const last = events.at(-1)!;
      assert.deepEqual([last.kind, last.name], [look.errorEvent.kind, look.errorEvent.name]);
      assert.match(last.data, look.errorEvent.data);
    });

    it('frames a malformed event well and ends its JSON too early', async () => {
      const events = await eventsOf({ kind: 'malformed-event', atChunk: 0 });
      const broken = events.filter((event) => event.data.startsWith('{') && !event.data.endsWith('}'));
      assert.equal(broken.length, 1);
    });

    it('refuses what its vendor refuses', async () => {
      const response = await fetch(`${fake.baseUrl}/nothing`, { method: 'POST', body: '{}' });
      assert.equal(response.status, 404);
    });
  });
}

describe('a fake Bedrock', () => {
  it('takes a model id for a path where its slashes are not encoded', async () => {
    const fake = await startFakeProvider('bedrock');
    const response = await fetch(`${fake.baseUrl}/model/arn:aws:bedrock/x/converse`, { method: 'POST', body: '{}' });
    await fake.close();
    assert.match(response.headers.get('x-amzn-errortype') ?? '', /^UnknownOperationException/);
  });
});
