import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { objectMember } from '../../functions/gateway/core/wire/json.ts';
import { errorOf, firstText } from '../lambda/local-lambda/answer-parts.ts';
import { gate } from '../support/gate.ts';
import { type Form, type FormOverFakes, question } from './form-over-fakes.ts';
import { readerOf } from './stream-reader.ts';

/** What must hold of streams in every form. */
export function streamsSuite({ where, start }: Form): void {
  describe(`streams ${where}`, () => {
    let gateway: FormOverFakes;
    before(async () => {
      gateway = await start();
    });
    beforeEach(() => gateway.settled());
    after(() => gateway.close());

    it('reach the caller token by token while the provider still sends', async () => {
      const more = gate();
      const chunks = ['One ', 'two ', 'three.'];
      gateway.first.script({ kind: 'answer', chunks, holdAfterChunks: { chunks: 1, until: more } });
      const reader = readerOf(await gateway.chat(question({ stream: true })));
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
      it(`end with an error and without [DONE] where ${what}; the process serves on`, async () => {
        const more = gate();
        gateway.first.script({ ...step, holdAfterChunks: { chunks: 1, until: more } });
        const response = await gateway.chat(question({ stream: true }));
        assert.equal(response.status, 200);
        const reader = readerOf(response);
        await reader.until('"content":"Hello "');
        more.open();
        const text = await reader.rest();
        assert.match(text, /data: \{"error":\{/);
        assert.ok(!text.includes('[DONE]'));
        await gateway.settled();
        const next = await gateway.chat(question());
        assert.equal(next.status, 200);
        assert.equal(objectMember(await next.json(), 'usage')?.completion_tokens, 4);
        assert.deepEqual(gateway.ends(), [undefined]);
      });
    }

    it('that were not asked for are begun again elsewhere where they break in the middle', async () => {
      gateway.first.script({ kind: 'cut', afterChunks: 1 });
      gateway.second.script({ kind: 'answer', text: 'Whole.' });
      const response = await gateway.chat(question());
      assert.equal(response.headers.get('x-nemo-routed-model'), 'second/model');
      assert.equal(firstText(await response.json()), 'Whole.');
    });

    it("end with a well-formed error where no provider sends a token in the caller's own time", async () => {
      gateway.first.script({ kind: 'silence', when: 'after-headers' });
      gateway.second.script({ kind: 'silence', when: 'after-headers' });
      const response = await gateway.fetch('/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-nemo-timeout-ms': '1000' },
        body: JSON.stringify(question({ stream: true })),
      });
      assert.equal(response.status, 504);
      assert.equal(errorOf(await response.json())?.code, 'deadline_exceeded');
    });
  });
}
