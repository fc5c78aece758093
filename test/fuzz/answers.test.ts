import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { isJsonObject, member, parseJson } from '../../functions/gateway/core/wire/json.ts';
import type { WireAnswer, WireChat } from '../../infra/local/simulated/vendor-wire.ts';
import { CORE_PROTOCOLS, type CoreAnswer, coreGateway } from '../support/core-gateway.ts';
import fc from '../support/property.ts';
import { wireOf } from '../support/wire-of.ts';
import { mutated, mutatedJson } from './mutations.ts';

/** Each of the sixteen tests takes two seconds at the most. */
const RUNS = { numRuns: 200, interruptAfterTimeLimit: 2_000 };

const ANSWER: WireAnswer = {
  id: 'answer',
  model: 'm',
  createdSeconds: 1_700_000_000,
  parts: [
    { kind: 'reasoning', fragments: ['Let me ', 'think.'] },
    { kind: 'text', fragments: ['One', ' two', ' 三'] },
    { kind: 'tool-call', id: 'call_1', name: 'weather', fragments: ['{"ci', 'ty":1}'] },
  ],
  finish: 'tool-calls',
  usage: { inputTokens: 9, cachedInputTokens: 2, outputTokens: 5, reasoningTokens: 1 },
};

const ASKED: WireChat = {
  kind: 'chat',
  model: 'm',
  streaming: true,
  includeUsage: true,
  prompt: {
    lastUserText: 'Hello',
    toolResult: undefined,
    tools: [],
    toolChoice: 'auto',
    json: undefined,
    inputTokens: 9,
    maxTokens: undefined,
  },
};

interface VendorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: readonly Uint8Array[];
}

function dialing(response: () => VendorResponse): Dial {
  return async () => {
    const { status, headers, chunks } = response();
    return { kind: 'answered', status, headers, body: inTurn(chunks) };
  };
}

async function* inTurn(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** The bytes cut at some places. */
function cut(bytes: Uint8Array, shares: readonly number[]): readonly Uint8Array[] {
  const places = [...shares.map((share) => Math.floor(share * bytes.length)), bytes.length].sort((a, b) => a - b);
  return places.map((place, index) => bytes.subarray(places[index - 1] ?? 0, place));
}

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });

for (const protocol of CORE_PROTOCOLS) {
  describe(`whatever a vendor of the protocol ${protocol} answers, the caller gets OpenAI's shape`, () => {
    const wire = wireOf(protocol);
    const { prelude, content, ending } = wire.stream(ANSWER, ASKED);
    const stream = new Uint8Array(Buffer.concat([...prelude, ...content, ...ending]));
    const errors = [wire.errorEvent('overloaded'), wire.malformedEvent].map(
      (event) => new Uint8Array(Buffer.concat([...prelude, ...content.slice(0, 2), event])),
    );
    const streamHeaders = { 'content-type': wire.streamContentType };

    for (const streamed of [true, false]) {
      test(`to a stream with damaged bytes, asked for ${streamed ? 'a stream' : 'a body'}`, async () => {
        await fc.assert(
          fc.asyncProperty(mutated([stream, ...errors]), shares, async (bytes, cuts) => {
            const chunks = cut(bytes, cuts);
            await assertShape(protocol, streamed, { status: 200, headers: streamHeaders, chunks });
          }),
          RUNS,
        );
      });
    }

    test('to a body whose members are anything', async () => {
      await fc.assert(
        fc.asyncProperty(mutatedJson([wire.body(ANSWER)]), fc.boolean(), async (json, streamed) => {
          const chunks = [new TextEncoder().encode(JSON.stringify(json))];
          await assertShape(protocol, streamed, {
            status: 200,
            headers: { 'content-type': 'application/json' },
            chunks,
          });
        }),
        RUNS,
      );
    });

    test('to a failure whose members and headers are anything', async () => {
      const failures = (['rate-limited', 'context-exceeded', 'invalid-request', 'server-error'] as const).map(
        (meaning) => JSON.parse(wire.failure(meaning).body),
      );
      const names = [
        'retry-after',
        'retry-after-ms',
        'x-amzn-errortype',
        'x-request-id',
        'content-type',
        'x-should-retry',
      ];
      const headers = fc.dictionary(
        fc.constantFrom(...names),
        fc.oneof(fc.string(), fc.constantFrom('-1', '1e99', 'NaN')),
      );
      const statuses = fc.constantFrom(100, 204, 301, 400, 401, 404, 413, 418, 422, 429, 500, 503, 529, 999);
      await fc.assert(
        fc.asyncProperty(mutatedJson(failures), headers, statuses, async (json, given, status) => {
          const chunks = [new TextEncoder().encode(JSON.stringify(json))];
          await assertShape(protocol, status % 2 === 0, { status, headers: given, chunks });
        }),
        RUNS,
      );
    });
  });
}

async function assertShape(protocol: ProtocolName, stream: boolean, response: VendorResponse): Promise<void> {
  const ask = coreGateway(dialing(() => response));
  const body = { model: protocol, stream, messages: [{ role: 'user', content: 'Hello' }] };
  const answer = await ask('/v1/chat/completions', new TextEncoder().encode(JSON.stringify(body)));
  if (answer.status !== 200) {
    assertError(parseJson(answer.text));
  } else if (stream) {
    assertStream(answer);
  } else {
    const json = parseJson(answer.text);
    assert.equal(member(json, 'object'), 'chat.completion');
    assert.ok(Array.isArray(member(json, 'choices')));
  }
}

/** Chunks, and then either `[DONE]` or an error, and nothing after that. */
function assertStream({ text }: CoreAnswer): void {
  const data = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => line.slice('data: '.length));
  const last = data.pop();
  if (last !== '[DONE]') {
    assertError(parseJson(last ?? ''));
  }
  for (const line of data) {
    assert.equal(member(parseJson(line), 'object'), 'chat.completion.chunk', line);
  }
}

function assertError(json: unknown): void {
  const error = member(json, 'error');
  assert.ok(isJsonObject(error), JSON.stringify(json));
  assert.deepEqual(Object.keys(error).sort(), ['code', 'message', 'param', 'type']);
  assert.equal(typeof error.message, 'string');
  assert.equal(typeof error.type, 'string');
}
