import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { question } from '../forms/form-over-fakes.ts';
import { readerOf } from '../forms/stream-reader.ts';
import { streamsSuite } from '../forms/streams-suite.ts';
import { gate } from '../support/gate.ts';
import { errorOf } from './local-lambda/answer-parts.ts';
import { type LambdaOverFakes, lambdaForm, lambdaOverFakes } from './local-lambda/lambda-over-fakes.ts';

const CHUNKS = ['One ', 'two ', 'three.'];

streamsSuite(lambdaForm);

describe("streams that only Lambda's runtime has", () => {
  let lambda: LambdaOverFakes;
  let timeoutMs = 60_000;
  before(async () => {
    lambda = await lambdaOverFakes({ timeoutMs: () => timeoutMs });
  });
  beforeEach(() => lambda.settled());
  after(() => lambda.close());

  it('go on to their end where the caller hangs up, since Lambda does not say; the instance serves on', async () => {
    const more = gate();
    lambda.first.script({ kind: 'answer', chunks: CHUNKS, holdAfterChunks: { chunks: 1, until: more } });
    const seen = lambda.first.requests.length;
    const reader = readerOf(await lambda.chat(question({ stream: true })));
    await reader.until('One ');
    await reader.hangUp();
    more.open();
    const request = await lambda.first.arrival(seen);
    assert.equal(await request.ended, 'answered');
    assert.equal((await lambda.chat(question())).status, 200);
  });

  it("end with a well-formed error before Lambda's limit", async () => {
    timeoutMs = 2000;
    lambda.first.script({ kind: 'silence', when: 'after-headers' });
    lambda.second.script({ kind: 'silence', when: 'after-headers' });
    const response = await lambda.chat(question({ stream: true }));
    assert.equal(response.status, 504);
    assert.equal(errorOf(await response.json())?.code, 'deadline_exceeded');
    timeoutMs = 60_000;
  });

  it('are not begun where less of its time is left than an error needs', async () => {
    timeoutMs = 900;
    const response = await lambda.chat(question({ stream: true }));
    assert.equal(response.status, 504);
    assert.equal(typeof errorOf(await response.json())?.message, 'string');
    timeoutMs = 60_000;
    assert.equal((await lambda.chat(question())).status, 200);
  });
});
