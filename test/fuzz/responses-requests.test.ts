import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import { isJsonObject, member, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { coreHandler, coreRequest } from '../support/core-gateway.ts';
import { memoryAnswers } from '../support/memory-answers.ts';
import fc from '../support/property.ts';
import { mutated, mutatedJson } from './mutations.ts';
import { REAL_RESPONSES } from './real-responses.ts';

/** Of all the runs of this file on a slow machine. */
const RUNS = { numRuns: 400, interruptAfterTimeLimit: 6_000 };

/** Vendors that refuse everything, but only once what they are sent has been written out. */
const refusing: Dial = async ({ request }) => {
  assert.ok(JSON.stringify(request.body).length > 1);
  return { kind: 'answered', status: 503, headers: {}, body: empty() };
};

async function* empty(): AsyncGenerator<Uint8Array> {}

const answers = memoryAnswers();
const gateway = coreHandler(refusing, { answers });

/** What the requests go on from. */
const KEPT = {
  id: 'resp_kept',
  ancestors: [],
  input: [{ role: 'user', content: 'Hello' }],
  body: { id: 'resp_kept', output: [{ type: 'message', id: 'msg_kept_0', role: 'assistant', content: [] }] },
  itemIds: [],
  earlierBytes: 0,
};

async function ask(method: string, path: string, body: Uint8Array): Promise<{ status: number; text: string }> {
  const [target = '', query = ''] = path.split('?');
  const { status, body: text, afterEnd } = await gateway({ ...coreRequest(target, body), method, query });
  await afterEnd();
  assert.ok(typeof text === 'string');
  return { status, text };
}

function assertError({ status, text }: { readonly status: number; readonly text: string }): void {
  assert.ok(status >= 400 && status < 600 && status !== 500, `${status}: ${text}`);
  const error = member(parseJson(text), 'error');
  assert.ok(isJsonObject(error), text);
  assert.deepEqual(Object.keys(error).sort(), ['code', 'message', 'param', 'type']);
}

function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

describe('any request to the Responses API, with answers that are kept, gets an answer in OpenAI’s shape', () => {
  test('as real ones do, of which each could be sent to somebody', async () => {
    await answers.keep('key:fuzz', KEPT);
    for (const request of REAL_RESPONSES) {
      const answer = await ask('POST', '/v1/responses', bytesOf(request));
      assert.equal(answer.status, 502, answer.text);
    }
  });

  test('when its bytes are damaged', async () => {
    const property = fc.asyncProperty(mutated(REAL_RESPONSES.map(bytesOf)), async (body) =>
      assertError(await ask('POST', '/v1/responses', body)),
    );
    await fc.assert(property, RUNS);
  });

  test('when its members are anything', async () => {
    const property = fc.asyncProperty(mutatedJson(REAL_RESPONSES), async (body) =>
      assertError(await ask('POST', '/v1/responses', bytesOf(body))),
    );
    await fc.assert(property, RUNS);
  });

  test('when its path or query is anything', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.constantFrom('resp_kept', '/input_items', '?limit=', '&after=', '&order=', '%00', '..', '#1', '/', 'resp_'),
    );
    const property = fc.asyncProperty(
      fc.constantFrom('GET', 'DELETE', 'POST'),
      fc.array(piece, { maxLength: 6 }),
      async (method, pieces) => {
        const answer = await ask(method, `/v1/responses/${pieces.join('')}`, new Uint8Array());
        if (answer.status === 200) {
          assert.match(answer.text, /resp_kept|"object":"list"/);
          await answers.keep('key:fuzz', KEPT);
          return;
        }
        assertError(answer);
      },
    );
    await fc.assert(property, RUNS);
  });
});
