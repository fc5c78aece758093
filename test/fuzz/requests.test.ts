import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import { isJsonObject, member, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { type Ask, type CoreAnswer, coreGateway } from '../support/core-gateway.ts';
import fc from '../support/property.ts';
import { mutated, mutatedJson } from './mutations.ts';
import { REAL_CHATS, REAL_EMBEDDINGS } from './real-requests.ts';

const CHAT = '/v1/chat/completions';
const EMBEDDINGS = '/v1/embeddings';
/** Of all the runs of this file on a slow machine. */
const RUNS = { numRuns: 400, interruptAfterTimeLimit: 6_000 };

/** Vendors that refuse everything, but only once what they are sent has been written out. */
const refusing: Dial = async ({ request }) => {
  assert.ok(JSON.stringify(request.body).length > 1);
  assert.ok(request.path.startsWith('/') && !/[\r\n ]/.test(request.path), request.path);
  for (const value of Object.values(request.headers)) {
    assert.doesNotMatch(value, /[\r\n]/);
  }
  return { kind: 'answered', status: 503, headers: {}, body: empty() };
};

async function* empty(): AsyncGenerator<Uint8Array> {}

function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function assertOpenAiShape({ status, headers, text }: CoreAnswer): void {
  assert.ok(status >= 400 && status < 600 && status !== 500, `${status}: ${text}`);
  const error = member(parseJson(text), 'error');
  assert.ok(isJsonObject(error), text);
  assert.deepEqual(Object.keys(error).sort(), ['code', 'message', 'param', 'type']);
  assert.equal(typeof error.message, 'string');
  for (const [name, value] of Object.entries(headers)) {
    assert.match(`${name}: ${value}`, /^[\x20-\x7e]*$/);
  }
}

async function assertRefusedWell(ask: Ask, path: string, body: Uint8Array): Promise<void> {
  const startedMs = performance.now();
  assertOpenAiShape(await ask(path, body));
  assert.ok(performance.now() - startedMs < 3_000, 'it takes no longer than others');
}

describe('any request gets an answer in OpenAI’s shape', () => {
  const ask = coreGateway(refusing);

  test('as real ones do, of which each could be sent to somebody', async () => {
    for (const request of REAL_CHATS) {
      const answer = await ask(CHAT, bytesOf(request));
      assert.equal(answer.status, 502, answer.text);
    }
    for (const request of REAL_EMBEDDINGS) {
      const answer = await ask(EMBEDDINGS, bytesOf(request));
      assert.equal(answer.status, 502, answer.text);
    }
  });

  test('when its bytes are damaged', async () => {
    const damaged = mutated(REAL_CHATS.map(bytesOf));
    await fc.assert(
      fc.asyncProperty(damaged, (body) => assertRefusedWell(ask, CHAT, body)),
      RUNS,
    );
  });

  test('when its members are anything', async () => {
    const odd = mutatedJson(REAL_CHATS);
    await fc.assert(
      fc.asyncProperty(odd, (body) => assertRefusedWell(ask, CHAT, bytesOf(body))),
      RUNS,
    );
  });

  test('when it is any JSON, or any bytes', async () => {
    const anything = fc.oneof(
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 300 }),
    );
    await fc.assert(
      fc.asyncProperty(anything, (body) => assertRefusedWell(ask, CHAT, body)),
      RUNS,
    );
  });

  test('when it is for embeddings', async () => {
    const odd = fc.oneof(mutatedJson(REAL_EMBEDDINGS).map(bytesOf), mutated(REAL_EMBEDDINGS.map(bytesOf)));
    await fc.assert(
      fc.asyncProperty(odd, (body) => assertRefusedWell(ask, EMBEDDINGS, body)),
      RUNS,
    );
  });

  test('when its path and headers are anything', async () => {
    const names = ['authorization', 'x-nemo-tags', 'x-nemo-timeout-ms', 'x-stainless-timeout', 'content-encoding'];
    const headers = fc.dictionary(fc.constantFrom(...names), fc.string({ unit: 'binary', maxLength: 60 }));
    const body = bytesOf(REAL_CHATS[0]);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constant(CHAT), fc.webPath(), fc.string()), headers, async (path, given) => {
        const answer = await ask(path, body, given);
        if (path === '/health') {
          return;
        }
        assertOpenAiShape(answer);
      }),
      RUNS,
    );
  });
});
