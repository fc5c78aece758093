import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { addressOf } from '../../../functions/gateway/core/hosts/hosts.ts';
import type { AnswerEvent } from '../../../functions/gateway/core/model/answer-event.ts';
import type { AttemptFailureKind } from '../../../functions/gateway/core/model/attempt-failure.ts';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { PROTOCOLS } from '../../../functions/gateway/core/protocols/protocols.ts';
import { chatBody } from '../../../functions/gateway/core/surfaces/openai-chat/fold-chat.ts';
import { amazonEventStreamParser } from '../../../functions/gateway/core/wire/amazon-event-stream.ts';
import { sseParser } from '../../../functions/gateway/core/wire/sse-parser.ts';
import type { FailureMeaning } from '../../../infra/local/simulated/vendor-wire.ts';
import { type FakeProvider, startFakeProvider } from '../../support/fake-provider.ts';
import type { Step } from '../../support/fake-provider-step.ts';
import { promptOf } from '../../support/prompt-of.ts';

/** Everything that every vendor can be asked for, in one conversation. */
const REQUEST = {
  model: 'some-model',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'What is the weather in Oslo and in Rome?' }] },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
        { id: 'call 2!', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
        { id: 'call_3', type: 'function', function: { name: 'now', arguments: '' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
    { role: 'tool', tool_call_id: 'call 2!', content: '' },
    { role: 'tool', tool_call_id: 'call_3', content: '[1, 2]' },
    { role: 'user', content: ' ' },
    { role: 'user', content: 'And tomorrow?' },
  ],
  tools: [
    { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: {} } } } },
    { type: 'function', function: { name: 'now' } },
  ],
  tool_choice: 'auto',
  max_tokens: 500,
  temperature: 0.5,
  stop: ['END'],
  user: 'someone',
};

/** An answer with everything in it, and how OpenAI's shape says it. */
const ANSWER = {
  reasoning: ['Let me ', 'think.'],
  chunks: ['One', ' – two', ' 三'],
  calls: [
    { name: 'weather', fragments: ['{"ci', 'ty":"Oslo"}'] },
    { name: 'now' },
    { name: 'weather', fragments: ['{"city":"Rome"}'] },
  ],
  usage: { inputTokens: 90, cachedInputTokens: 30, outputTokens: 12, reasoningTokens: 4 },
} as const;

const FAILURES: Readonly<Record<FailureMeaning, readonly AttemptFailureKind[]>> = {
  'rate-limited': ['rate-limited'],
  'quota-spent': ['rate-limited'],
  overloaded: ['overloaded'],
  'server-error': ['overloaded'],
  // Bedrock's is a 408.
  timeout: ['overloaded', 'conflicted'],
  'context-exceeded': ['context-exceeded'],
  'content-policy': ['rejected'],
  unauthorized: ['misconfigured'],
  forbidden: ['misconfigured'],
  'not-found': ['misconfigured'],
  'wrong-path': ['misconfigured'],
  'invalid-request': ['rejected'],
};

for (const name of ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'] as const) {
  const protocol = PROTOCOLS[name];
  describe(`the ${name} protocol against a fake written from the vendor's side`, () => {
    let fake: FakeProvider;
    before(async () => {
      fake = await startFakeProvider(name);
    });
    after(() => fake.close());

    /** The Responses API has no stop sequences, and says so. */
    const { stop: _, ...unstopped } = REQUEST;
    const asked = name === 'openai-responses' ? unstopped : REQUEST;

    async function send(step: Step, streaming: boolean): Promise<Response> {
      const encoding = protocol.encode(promptOf(asked), { model: 'vendor-model', streaming });
      assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
      const { headers, body } = encoding.request;
      const provider = { model: 'vendor-model', providerSettings: { protocol: name, region: 'eu-north-1' } };
      const { path } = addressOf(provider, encoding.request) ?? assert.fail();
      fake.script(step);
      return fetch(fake.baseUrl + path, { method: 'POST', headers, body: JSON.stringify(body) });
    }

    /** What the protocol reads from the fake's answer to one step. */
    async function eventsOf(step: Step, streaming = true): Promise<readonly AnswerEvent[]> {
      const response = await send(step, streaming);
      const decoder = protocol.decoder({ model: 'vendor-model', streaming });
      if (!streaming) {
        return decoder.body(await response.json());
      }
      const bytes = new Uint8Array(await response.arrayBuffer());
      const parser = parserOf(name);
      const events = [...parser.push(bytes), ...parser.end()];
      return [...events.flatMap((event) => decoder.event(event)), ...decoder.end()];
    }

    for (const streaming of [true, false]) {
      it(`reads ${streaming ? 'a stream' : 'one body'} with reasoning, text, several tool calls and cached tokens`, async () => {
        const events = await eventsOf({ kind: 'answer', ...ANSWER }, streaming);
        for (const event of events) {
          assert.notEqual(event.type, 'failed', JSON.stringify(event));
        }
        const identity = { requestId: 'x', created: 1, model: 'm', prompt: promptOf(REQUEST) };
        const body = JSON.parse(JSON.stringify(chatBody(events, identity)));
        const [{ message, finish_reason }] = body.choices;
        assert.equal(message.reasoning_content, 'Let me think.');
        assert.equal(message.content, 'One – two 三');
        assert.deepEqual(
          message.tool_calls.map((call: { function: { name: string; arguments: string } }) => [
            call.function.name,
            JSON.parse(call.function.arguments),
          ]),
          [
            ['weather', { city: 'Oslo' }],
            ['now', {}],
            ['weather', { city: 'Rome' }],
          ],
        );
        assert.equal(new Set(message.tool_calls.map((call: { id: string }) => call.id)).size, 3);
        assert.equal(finish_reason, 'tool_calls');
        const { prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details } = body.usage;
        assert.deepEqual([prompt_tokens, completion_tokens, total_tokens], [90, 12, 102]);
        assert.equal(prompt_tokens_details.cached_tokens, 30);
      });
    }

    const finishes = { stop: 'end', length: 'length', 'content-filter': 'filtered' } as const;
    for (const [finish, reason] of Object.entries(finishes)) {
      it(`reads the end of an answer that ended by ${finish}`, async () => {
        const events = await eventsOf({ kind: 'answer', text: 'so', finish: finish as keyof typeof finishes });
        const ends = events.flatMap((event) => (event.type === 'finish' ? [event.reason] : []));
        assert.deepEqual(ends, [reason]);
      });
    }

    const breaks: Readonly<Record<string, Step>> = {
      'lacks its ending': { kind: 'missing-terminal' },
      'is cut inside an event': { kind: 'cut', afterBytes: 150, clean: true },
      'is empty': { kind: 'empty' },
      'is garbage': { kind: 'garbage' },
      'is a web page': { kind: 'html' },
      'ends in an error event': { kind: 'error-event', afterChunks: 1, meaning: 'overloaded' },
    };
    for (const [how, step] of Object.entries(breaks)) {
      it(`says that an answer failed which ${how}`, async () => {
        const events = await eventsOf(step);
        assert.equal(events.at(-1)?.type, 'failed');
        assert.equal(events.filter((event) => event.type === 'finish').length, 0);
      });
    }

    for (const [meaning, kinds] of Object.entries(FAILURES)) {
      it(`reads the refusal that means ${meaning}`, async () => {
        const response = await send({ kind: 'status', meaning: meaning as FailureMeaning }, true);
        const kind = response.ok ? await kindInside(response) : await kindOf(response);
        assert.ok(kinds.includes(kind as AttemptFailureKind), `${kind} is none of ${kinds}`);
      });
    }

    async function kindOf(response: Response): Promise<string> {
      const headers = Object.fromEntries(response.headers);
      const body = await response.text();
      return protocol.readFailure({ status: response.status, headers, body, nowMs: 0 }).kind;
    }

    /** Of a refusal that comes as an answer with status 200. */
    async function kindInside(response: Response): Promise<string | undefined> {
      const parser = parserOf(name);
      const decoder = protocol.decoder({ model: 'vendor-model', streaming: true });
      const wire = [...parser.push(new Uint8Array(await response.arrayBuffer())), ...parser.end()];
      const events = [...wire.flatMap((event) => decoder.event(event)), ...decoder.end()];
      return events.flatMap((event) => (event.type === 'failed' ? [event.failure.kind] : []))[0];
    }
  });
}

function parserOf(name: ProtocolName) {
  return PROTOCOLS[name].framing === 'amazon-event-stream' ? amazonEventStreamParser() : sseParser();
}
