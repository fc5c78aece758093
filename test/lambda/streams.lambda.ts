import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { objectMember } from '../../functions/gateway/core/wire/json.ts';
import { gate } from '../support/gate.ts';
import { errorOf, firstText } from './local-lambda/answer-parts.ts';
import { type LambdaOverFakes, lambdaOverFakes, question } from './local-lambda/lambda-over-fakes.ts';

const CHUNKS = ['One ', 'two ', 'three.'];

describe("streams under Lambda's runtime", () => {
  let lambda: LambdaOverFakes;
  let timeoutMs = 60_000;
  before(async () => {
    lambda = await lambdaOverFakes({ timeoutMs: () => timeoutMs });
  });
  beforeEach(() => lambda.settled());
  after(() => lambda.close());

  it('reach the caller token by token while the provider still sends', async () => {
    const more = gate();
    lambda.first.script({ kind: 'answer', chunks: CHUNKS, holdAfterChunks: { chunks: 1, until: more } });
    const reader = readerOf(await lambda.chat(question({ stream: true })));
    assert.match(await reader.until('One '), /"content":"One "/);
    more.open();
    assert.match(await reader.rest(), /"content":"two "[\s\S]*"content":"three\."[\s\S]*data: \[DONE\]\n\n$/);
  });

  const broken = [
    { what: 'the connection breaks', step: { kind: 'cut', afterChunks: 2 } },
    { what: 'the body ends too soon', step: { kind: 'missing-terminal' } },
    { what: 'an error comes', step: { kind: 'error-event', afterChunks: 2, meaning: 'overloaded' } },
  ] as const;
  for (const { what, step } of broken) {
    it(`end with an error and without [DONE] where ${what}; the instance serves on`, async () => {
      const more = gate();
      lambda.first.script({ ...step, holdAfterChunks: { chunks: 1, until: more } });
      const response = await lambda.chat(question({ stream: true }));
      assert.equal(response.status, 200);
      const reader = readerOf(response);
      await reader.until('"content":"Hello "');
      more.open();
      const text = await reader.rest();
      assert.match(text, /data: \{"error":\{/);
      assert.ok(!text.includes('[DONE]'));
      await lambda.settled();
      const next = await lambda.chat(question());
      assert.equal(next.status, 200);
      assert.equal(objectMember(await next.json(), 'usage')?.completion_tokens, 4);
      assert.equal(lambda.instances.length, 1);
      assert.equal(lambda.instances[0]?.ended(), undefined);
    });
  }

  it('that were not asked for are begun again elsewhere where they break in the middle', async () => {
    lambda.first.script({ kind: 'cut', afterChunks: 1 });
    lambda.second.script({ kind: 'answer', text: 'Whole.' });
    const response = await lambda.chat(question());
    assert.equal(response.headers.get('x-nemo-routed-model'), 'second/model');
    assert.equal(firstText(await response.json()), 'Whole.');
  });

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

interface StreamReader {
  /** All text so far, once `wanted` is in it. */
  readonly until: (wanted: string) => Promise<string>;
  readonly rest: () => Promise<string>;
  readonly hangUp: () => Promise<void>;
}

function readerOf({ body }: Response): StreamReader {
  assert.ok(body !== null);
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const readTo = async (isEnough: () => boolean): Promise<string> => {
    while (!isEnough()) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      text += value;
    }
    return text;
  };
  return {
    until: (wanted) => readTo(() => text.includes(wanted)),
    rest: () => readTo(() => false),
    hangUp: () => reader.cancel(),
  };
}
