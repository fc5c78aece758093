import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import { isJsonObject, member, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { coreGateway } from '../support/core-gateway.ts';
import fc from '../support/property.ts';
import { mutated, mutatedJson } from './mutations.ts';
import { REAL_MESSAGES } from './real-messages.ts';

const PATHS = ['/v1/messages', '/v1/messages/count_tokens'];
/** Of all the runs of this file on a slow machine. */
const RUNS = { numRuns: 400, interruptAfterTimeLimit: 6_000 };

/** Vendors that refuse everything, but only once what they are sent has been written out. */
const refusing: Dial = async ({ request }) => {
  assert.ok(JSON.stringify(request.body).length > 1);
  for (const value of Object.values(request.headers)) {
    assert.match(value, /^[\x20-\x7e]*$/);
  }
  return { kind: 'answered', status: 503, headers: {}, body: empty() };
};

async function* empty(): AsyncGenerator<Uint8Array> {}

const ask = coreGateway(refusing);

function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** A count is estimated where the vendor gives none: that is the one answer that is no error. */
async function assertAnsweredWell(body: Uint8Array): Promise<void> {
  for (const path of PATHS) {
    const { status, headers, text } = await ask(path, body, { 'anthropic-beta': 'a,\u0001b' });
    const json = parseJson(text);
    if (status === 200) {
      assert.equal(member(json, 'estimated'), true);
      continue;
    }
    assert.ok(status >= 400 && status < 600 && status !== 500, `${status}: ${text}`);
    const error = member(json, 'error');
    assert.ok(isJsonObject(error), text);
    assert.deepEqual(Object.keys(error).sort(), ['message', 'type']);
    assert.equal(member(json, 'type'), 'error');
    assert.equal(member(json, 'request_id'), headers['request-id']);
  }
}

describe('any request to the Messages API gets an answer in Anthropic’s shape', () => {
  test('as real ones do, of which each could be sent to somebody', async () => {
    for (const request of REAL_MESSAGES) {
      const answer = await ask('/v1/messages', bytesOf(request));
      assert.equal(answer.status, 529, answer.text);
    }
  });

  test('when its bytes are damaged', async () => {
    await fc.assert(fc.asyncProperty(mutated(REAL_MESSAGES.map(bytesOf)), assertAnsweredWell), RUNS);
  });

  test('when its members are anything', async () => {
    const property = fc.asyncProperty(mutatedJson(REAL_MESSAGES), (body) => assertAnsweredWell(bytesOf(body)));
    await fc.assert(property, RUNS);
  });
});
